"""Conditions that look further back than events are kept, and are not answered by what is remembered of older ones."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from segments.rules.ast import Condition, Group, Rule
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventRepeatCondition,
    EventSequenceCondition,
)
from segments.rules.lint import Remark
from segments.rules.occurrences import read_occurrences
from segments.rules.windows import Window, find_bounds

CUT_SHORT = "This looks further back than events are kept: it sees those since {day} alone."


class Look(NamedTuple):
    """Where a condition stands that looks at events themselves, and over which time; None: ever."""

    path: str
    window: Window | None


def list_cut_short(rule: Rule, begins_at: dt.datetime, *, as_of: dt.datetime, zone: ZoneInfo) -> list[Remark]:
    """A remark on each condition that asks for events before `begins_at`; `zone` is the site's."""
    message = CUT_SHORT.format(day=f"{begins_at.astimezone(zone):%-d %b %Y}")
    starts = (
        (look.path, find_bounds(look.window, as_of=as_of, zone=zone).lower)
        for look in _list_looks(rule.root, "root")
    )
    return [Remark(path, message) for path, start in starts if start is None or start < begins_at]


def _list_looks(node: Condition, path: str) -> Iterator[Look]:
    match node:
        case Group():
            for index, child in enumerate(node.conditions):
                yield from _list_looks(child, f"{path}.conditions[{index}]")
        case EventAggregateCondition() | EventSequenceCondition() | EventRepeatCondition():
            yield Look(path, node.within)
        case _:
            asked = read_occurrences(node)
            if asked and (asked.within or asked.tests):
                yield Look(path, asked.within)
