"""Spans of time in which something is so: half-open, from `enter` up to but without `leave`."""

import datetime as dt
from collections.abc import Iterable, Iterator

# Ends of time for spans without a beginning or an end.
BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)

Span = tuple[dt.datetime, dt.datetime]
ALWAYS: tuple[Span, ...] = ((BEGINNING, NEVER),)


def shift(instant: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """So much later on the clock of the world, not on a wall's; beyond the ends of time there is nothing."""
    try:
        return instant.astimezone(dt.UTC) + by
    except OverflowError:
        return NEVER if by > dt.timedelta() else BEGINNING


def join(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans in the order of their beginnings, as spans that neither overlap nor touch. Lazy: they may be many."""
    current: Span | None = None
    for enter, leave in spans:
        if current and enter <= current[1]:
            current = current[0], max(current[1], leave)
            continue
        if current:
            yield current
        current = enter, leave
    if current:
        yield current


def intersect(ones: Iterable[Span], others: Iterable[Span]) -> Iterator[Span]:
    """Where both are: each in order and without overlaps, and so is the result. As lazy as `join`."""
    ones, others = iter(ones), iter(others)
    one, other = next(ones, None), next(others, None)
    while one and other:
        enter, leave = max(one[0], other[0]), min(one[1], other[1])
        if enter < leave:
            yield enter, leave
        if one[1] < other[1]:
            one = next(ones, None)
        else:
            other = next(others, None)
