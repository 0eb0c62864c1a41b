"""Windows, values and comparisons in words."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from segments.rules.comparisons import Comparison, EventTests
from segments.rules.operators import Arity
from segments.rules.windows import (
    AgoWindow,
    BetweenWindow,
    CalendarWindow,
    Duration,
    LastWindow,
    SinceWindow,
    Window,
)

CALENDAR = {"today": "today", "yesterday": "yesterday", "this_week": "this week", "this_month": "this month"}


def say_window(window: Window | None) -> str:
    """With a blank before it; nothing where there is no window."""
    return f" {_say_window(window)}" if window else ""


def _say_window(window: Window) -> str:
    match window:
        case LastWindow(last=last):
            return f"in the last {write(last)}"
        case AgoWindow(between_ago=(longer, shorter)):
            return f"between {write(longer)} and {write(shorter)} ago"
        case SinceWindow(since=since):
            return f"since {write(since)}"
        case BetweenWindow(between=(start, end)):
            return f"between {write(start)} and {write(end)}"
        case CalendarWindow(calendar=calendar):
            return CALENDAR[calendar]


def write(operand: Any) -> str:
    match operand:
        case Duration():
            unit = operand.unit if operand.amount != 1 else operand.unit.removesuffix("s")
            return f"{operand.amount:g} {unit}"
        case dt.datetime():
            return f"{operand.astimezone(dt.UTC):%-d %B %Y %H:%M} UTC"
        case bool() | None:
            return ""
        case int() | float():
            return f"{operand:,}"
    return f"“{operand}”"


def say_test(test: Comparison, *, positive: bool = False, writer: Callable[[Any], str] | None = None) -> str:
    writer = writer or write
    row = test.row
    if positive and test.negated:
        row = test.prepare(row.families[0], dt.datetime(2000, 1, 1, tzinfo=dt.UTC))[0]
    joiner = " and " if row.arity is Arity.TWO else " or "
    operand = test.operand
    written = joiner.join(map(writer, operand)) if isinstance(operand, tuple) else writer(operand)
    return row.phrase.format(x=written)


def say_where(where: EventTests, *, lead: str = " with ") -> str:
    tests = [f"{test.property} that {say_test(test)}" for test in where]
    return lead + " and ".join(tests) if tests else ""
