"""Conditions that count or add up events: followed event by event, as each comes into its window and goes."""

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from segments.rules.facts import EventFacts
from segments.rules.flips.futures import Future, Stay
from segments.rules.flips.spans import NEVER, Span
from segments.rules.flips.tallies import Tally
from segments.rules.flips.timelines import Answer, Course

Change = tuple[dt.datetime, int, EventFacts]  # from then on there is one more of it, or one less
find_instant = itemgetter(0)


def follow_tally(tally: Tally, stays: Iterable[Stay], future: Future) -> Course:
    course = Course(tally.holds(), _list_answers(tally, _list_all_changes(stays, future.as_of)))
    course.advance(future.as_of)
    return course


def _list_all_changes(stays: Iterable[Stay], as_of: dt.datetime) -> Iterable[Change]:
    """In the order of time. Sorting is quicker than merging, but spans that are worked out as they come may be many."""
    known: list[Change] = []
    coming: list[Iterable[Change]] = []
    for event, spans in stays:
        changes = _list_changes(event, spans, as_of)
        if isinstance(spans, tuple):
            known.extend(changes)
        else:
            coming.append(changes)
    known.sort(key=find_instant)
    return heapq.merge(known, *coming, key=find_instant) if coming else known


def _list_changes(event: EventFacts, spans: Iterable[Span], as_of: dt.datetime) -> Iterator[Change]:
    for enter, leave in spans:
        if leave > as_of:
            yield max(enter, as_of), 1, event
            if leave < NEVER:
                yield leave, -1, event


def _list_answers(tally: Tally, changes: Iterable[Change]) -> Iterator[Answer]:
    """What happens at one instant happens at once: those that go make room for those that come."""
    for at, together in groupby(changes, key=find_instant):
        for _, by, event in together:
            tally.change(event, by)
        yield at, tally.holds()
