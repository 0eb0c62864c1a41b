"""What a door says of what will not be kept as it was sent, before anything of it is applied."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from subscribers.definitions import Definitions
from subscribers.identities import Name
from subscribers.models import Site
from subscribers.profiles import ATTRIBUTES_PER_SUBSCRIBER, list_kept_keys
from tracking.log import find_log_start
from tracking.operations import AttributesOperation, EventOperation, Operation, PageOperation

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


def find_cautions(site: Site, told: Iterable[Told]) -> Iterator[tuple[Told, str]]:
    """Each with the key and a sentence. Keys that are new are defined here, so that what is said now stays true."""
    told = list(told)
    if not told:
        return
    definitions = Definitions(site.pk)
    definitions.learn(each.operation.set for each in told)
    crowd = _Crowd(site, told)
    for each in told:
        crowd.remove(each.sender, each.operation.unset)
        for key, value in each.operation.set.items():
            if value is None:
                crowd.remove(each.sender, [key])
                continue
            sentence = definitions.explain(key, value) or (
                "" if crowd.has_room(each.sender, key) else TOO_MANY
            )
            if sentence:
                yield each, f"{key}: {sentence}"


class _Crowd:
    """Which keys each person has, where there may be too many: on a site with few keys there cannot."""

    def __init__(self, site: Site, told: Iterable[Told]) -> None:
        senders = {each.sender for each in told}
        self.keys: defaultdict[Name, set[str]] | None = None
        if Definitions.count(site.pk) > ATTRIBUTES_PER_SUBSCRIBER:
            self.keys = defaultdict(set, list_kept_keys(site, senders))

    def remove(self, sender: Name, keys: Iterable[str]) -> None:
        if self.keys is not None:
            self.keys[sender].difference_update(keys)

    def has_room(self, sender: Name, key: str) -> bool:
        if self.keys is None or key in self.keys[sender]:
            return True
        if len(self.keys[sender]) >= ATTRIBUTES_PER_SUBSCRIBER:
            return False
        self.keys[sender].add(key)
        return True
