"""People put on a list and taken off it by name, a few thousand at once, with an account of each that failed."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction

from segments.lists import add_members, remove_members
from segments.membership import pick_instant
from segments.models import Segment
from segments.uploads.matching import judge_values


class NotAListError(Exception):
    """Nobody can be put on a live segment, or taken off it: its rule decides."""

    def __init__(self) -> None:
        super().__init__("This segment is live: its rule decides who is in it. Put people on a static one.")


class ChangedList(NamedTuple):
    """How many entered and left; and of the values that mean nobody the reason."""

    added: int
    removed: int
    failed: dict[str, str]


@transaction.atomic
def change_members(
    segment: Segment, *, by: str, add: Collection[str], remove: Collection[str], now: dt.datetime
) -> ChangedList:
    """Add and remove whoever the values mean; who is meant by both is added. Raises NotAListError.

    `by`: what the values are. One that several people share means nobody.
    """
    found = _take(segment)
    verdicts = judge_values(found.site, by, [*add, *remove], takes_all=False)
    entering = {person for text in add for person in verdicts[text].people}
    leaving = {person for text in remove for person in verdicts[text].people} - entering
    at = pick_instant([found], no_earlier_than=now)
    removed = remove_members(found, leaving, now=at).left
    added = add_members(found, entering, now=at).entered
    failed = {text: verdict.problem for text, verdict in verdicts.items() if verdict.problem}
    return ChangedList(len(added), len(removed), failed)


@transaction.atomic
def remove_member(segment: Segment, subscriber_id: int, *, now: dt.datetime) -> bool:
    """Take one person off a list; False: they are not on it. Raises NotAListError."""
    found = _take(segment)
    return bool(remove_members(found, [subscriber_id], now=pick_instant([found], no_earlier_than=now)).left)


def _take(segment: Segment) -> Segment:
    """The list, held until the transaction ends."""
    if segment.is_live:
        raise NotAListError
    rows = Segment.objects.select_related("site").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=segment.pk)
