"""When a test of a moment holds: those that compare it with now hold for a while, all others always or never."""

import datetime as dt
import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from segments.rules.anniversaries import move_to_year
from segments.rules.comparing import holds_any, holds_value
from segments.rules.comparisons import Comparison
from segments.rules.facts import read_json, write_instant
from segments.rules.flips.spans import ALWAYS, BEGINNING, NEVER, Span, join, shift
from segments.rules.operators import Family
from segments.rules.windows import LATEST, Duration

MICROSECOND = dt.timedelta(microseconds=1)


def moves_on(test: Comparison) -> bool:
    """Whether the test compares with now, so that its answer changes by itself."""
    return isinstance(test.operand, Duration)


def list_json_spans(test: Comparison, raws: Sequence[Any], as_of: dt.datetime) -> Iterable[Span]:
    """When `holds_any` says yes, from `as_of` on."""
    if not moves_on(test):
        return ALWAYS if holds_any(test, raws, as_of) else ()
    texts = [text for raw in raws if (text := read_json(raw, Family.TIME))]
    spans = [list_moving_spans(test, text, as_of) for text in texts]
    return spans[0] if len(spans) == 1 else join(heapq.merge(*spans))


def list_moment_spans(test: Comparison, moment: dt.datetime | None, as_of: dt.datetime) -> Iterable[Span]:
    """When `holds_value` says yes about a moment, from `as_of` on."""
    if moves_on(test):
        return list_moving_spans(test, moment, as_of) if moment else ()
    return ALWAYS if holds_value(test, Family.TIME, moment, as_of) else ()


def list_moving_spans(test: Comparison, moment: str | dt.datetime, as_of: dt.datetime) -> Iterable[Span]:
    """When a test that `moves_on` holds of a moment, which may be one as JSON keeps it, from `as_of` on."""
    reached_at, length = find_reach(moment), test.operand.delta
    match test.operator:
        case "within_last":
            return ((reached_at, shift(reached_at, length)),)
        case "more_than_ago":
            return ((shift(reached_at, length), NEVER),)
        case "within_next":
            return ((shift(reached_at, -length), reached_at),)
        case "anniversary_within":
            return join(_list_anniversaries(moment, length, as_of))
    raise ValueError(f"When “{test.operator}” holds is not known.")


def find_reach(moment: str | dt.datetime) -> dt.datetime:
    """The first instant at which a moment is no longer ahead.

    Moments in JSON compare as their text, and so does the 45th of a month: it is reached when the next one begins.
    """
    if isinstance(moment, dt.datetime):
        return moment
    try:
        return dt.datetime.fromisoformat(moment)
    except ValueError:
        every = range((NEVER - BEGINNING) // MICROSECOND + 1)
        place = bisect_left(every, moment, key=lambda each: write_instant(BEGINNING + each * MICROSECOND))
        return BEGINNING + place * MICROSECOND if place < len(every) else NEVER


def _list_anniversaries(
    moment: str | dt.datetime, length: dt.timedelta, as_of: dt.datetime
) -> Iterator[Span]:
    """One span for each coming year, as far as the rule language's calendar goes."""
    text = moment if isinstance(moment, str) else write_instant(moment)
    for year in range(max(int(text[:4]) + 1, as_of.year), LATEST.year + 2):
        comes_at = find_reach(move_to_year(text, f"{year:04}"))
        yield shift(comes_at, -length), comes_at
