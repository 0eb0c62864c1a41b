"""What a door says of what will not be kept as it was sent, before anything of it is applied."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from subscribers.attribute_sizes import explain_room, explain_size, has_room
from subscribers.definitions import Definitions
from subscribers.identities import Name
from subscribers.models import Site
from subscribers.profiles import ATTRIBUTES_PER_SUBSCRIBER, list_kept
from tracking.log import find_log_start
from tracking.operations import AttributesOperation, EventOperation, Operation, PageOperation

ASIDE = "it is kept aside as it was sent, as far as there is room for that"
# Where no value is longer, 200 of them are no more than a person can have.
LONG = 120
TOO_MANY = (
    f"would be one more than the {ATTRIBUTES_PER_SUBSCRIBER} attributes that a subscriber can have; "
    "it is kept aside as it was sent"
)


# Retention goes by whole weeks, so whatever is younger is kept.
SURELY_KEPT = dt.timedelta(weeks=1)


def find_forgotten(
    site: Site, operations: Mapping[int, Operation], *, now: dt.datetime
) -> Iterator[tuple[int, str]]:
    """The places of what happened before the log begins, each with a sentence: it is counted nowhere."""
    old = {
        position: operation.at
        for position, operation in operations.items()
        if isinstance(operation, EventOperation | PageOperation)
        and operation.at is not None
        and operation.at < now - SURELY_KEPT
    }
    begins_at = find_log_start(site.pk) if old else None
    if begins_at is None:
        return
    for position, at in old.items():
        if at < begins_at:
            yield (
                position,
                f"events before {begins_at:%Y-%m-%d} are no longer kept, so this one is not either",
            )


class Told(NamedTuple):
    """What somebody's attributes are said to be, at a place in the request."""

    position: int
    sender: Name
    operation: AttributesOperation


def find_cautions(site: Site, told: Iterable[Told], *, trusted: bool) -> Iterator[tuple[Told, str]]:
    """Each with the key and a sentence. Keys that are new are defined here, so that what is said now stays true."""
    told = list(told)
    if not told:
        return
    definitions = Definitions(site.pk)
    definitions.learn((each.operation.set for each in told), from_browsers=not trusted)
    crowd = _Crowd(site, told)
    for each in told:
        crowd.remove(each.sender, each.operation.unset)
        for key, value in each.operation.set.items():
            if value is None:
                crowd.remove(each.sender, [key])
                continue
            if problem := explain_size(value):
                sentence = f"{problem}; {ASIDE}"
            else:
                sentence = definitions.explain(key, value) or crowd.explain(each.sender, key, value)
            if sentence:
                yield each, f"{key}: {sentence}"


class _Crowd:
    """What is known of each person, where it may be too much: with few keys and short values it cannot."""

    def __init__(self, site: Site, told: Iterable[Told]) -> None:
        told = list(told)
        self.kept: defaultdict[Name, dict[str, Any]] | None = None
        if Definitions.count(site.pk) > ATTRIBUTES_PER_SUBSCRIBER or any(map(_tells_long, told)):
            self.kept = defaultdict(dict, list_kept(site, {each.sender for each in told}))

    def remove(self, sender: Name, keys: Iterable[str]) -> None:
        if self.kept is not None:
            for key in keys:
                self.kept[sender].pop(key, None)

    def explain(self, sender: Name, key: str, value: Any) -> str:
        """Why there is no room for it; empty: there is."""
        if self.kept is None:
            return ""
        known = self.kept[sender]
        if key not in known and len(known) >= ATTRIBUTES_PER_SUBSCRIBER:
            return TOO_MANY
        if not has_room(known, key, value):
            return f"{explain_room()}; {ASIDE}"
        known[key] = value
        return ""


def _tells_long(told: Told) -> bool:
    return any(
        (isinstance(value, str) and len(value) > LONG) or isinstance(value, list | dict)
        for value in told.operation.set.values()
    )
