"""Names, windows, values and comparisons in words."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from segments.rules.comparisons import Comparison, EventTests, UrlComparison
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

PATTERNS = {"contains", "not_contains", "matches"}
HIDDEN = "…"
CALENDAR = {"today": "today", "yesterday": "yesterday", "this_week": "this week", "this_month": "this month"}


_hides: ContextVar[bool] = ContextVar("hides_values", default=False)


@contextmanager
def hide_values() -> Iterator[None]:
    """Meanwhile what a rule compares with, which may be somebody's own, is said as “…”; names of things stay."""
    before = _hides.set(True)
    try:
        yield
    finally:
        _hides.reset(before)


def are_hidden() -> bool:
    return _hides.get()


def say_name(key: str) -> str:
    """“loyalty tier” for loyalty_tier: a name of the site's own as the builder shows it."""
    return key.replace("_", " ").strip() or key


def join_words(parts: Iterable[str], last: str) -> str:
    """“a, b and c”: `last` stands before the last of them."""
    *most, end = parts
    return f"{', '.join(most)} {last} {end}" if most else end


def say_window(window: Window | None) -> str:
    """With a blank before it; nothing where there is no window."""
    return f" {_say_window(window)}" if window else ""


def _say_window(window: Window) -> str:
    match window:
        case LastWindow(last=last):
            return f"in the last {write(last)}"
        case AgoWindow(between_ago=(longer, shorter)):
            start, end = write(longer), write(shorter)
            return f"between {start.removesuffix(f' {end.split()[-1]}')} and {end} ago"
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
            return f"{write_plain(operand.amount)} {unit}"
        case dt.datetime():
            return f"{operand.astimezone(dt.UTC):%-d %B %Y %H:%M} UTC"
        case bool() | None:
            return ""
        case int() | float():
            return f"{Decimal(repr(operand)):,f}"
    return f"“{operand}”"


def write_plain(number: float) -> str:
    """All digits of a number, and no exponent: 52596000, 0.0001, 14 for 14.0."""
    return f"{Decimal(repr(number)).normalize():f}"


def say_test(test: Comparison, *, positive: bool = False, writer: Callable[[Any], str] | None = None) -> str:
    writer = writer or write
    row = test.row
    if positive and test.negated:
        row = test.prepare(row.families[0], dt.datetime(2000, 1, 1, tzinfo=dt.UTC))[0]
    if are_hidden():
        return row.phrase.format(x=HIDDEN)
    if row.key in PATTERNS or isinstance(test, UrlComparison):
        writer = write_pattern
    joiner = "and" if row.arity is Arity.TWO or row.key == "includes_all" else "or"
    operand = test.operand
    written = join_words(map(writer, operand), joiner) if isinstance(operand, tuple) else writer(operand)
    return row.phrase.format(x=written)


def write_pattern(pattern: str) -> str:
    """“/sale” or “/outlet” for /sale|/outlet; what stands for any run of characters, `*`, stays."""
    return join_words(map(_write_parts, _split(pattern, "|")), "or")


def _write_parts(alternative: str) -> str:
    parts = [re.sub(r"\\([|+])", r"\1", part) for part in _split(alternative, "+")]
    both = {1: "", 2: "both "}.get(len(parts), "all of ")
    return both + join_words(map(write, parts), "and")


def _split(pattern: str, sign: str) -> list[str]:
    """What stands between the signs that no backslash takes literally."""
    return re.findall(rf"(?:\\.|[^\\{sign}]|\\$)+", pattern, flags=re.DOTALL)


def say_where(where: EventTests) -> str:
    """With a blank before it; nothing where there is no test."""
    tests = [f"{say_name(test.property)} {say_test(test)}" for test in where]
    return f" where {join_words(tests, 'and')}" if tests else ""
