"""How much time a rule's conditions look at, where that time moves with the clock."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from segments.rules.ast import Condition, Group, Rule
from segments.rules.comparisons import Comparison
from segments.rules.windows import AgoWindow, CalendarWindow, Duration, LastWindow, Window

ONE_DAY = dt.timedelta(days=1)


class Rolling(NamedTuple):
    """A condition, where it stands, and how long the time is that it looks at."""

    path: str
    node: Condition
    length: dt.timedelta


def list_rolling(rule: Rule) -> list[Rolling]:
    """The conditions that mean another span of time a moment later, in reading order."""
    return list(_walk(rule.root, "root"))


def _walk(node: Condition, path: str) -> Iterator[Rolling]:
    if isinstance(node, Group):
        for index, child in enumerate(node.conditions):
            yield from _walk(child, f"{path}.conditions[{index}]")
        return
    lengths = [length for length in (_measure_window(node), _measure_operand(node)) if length is not None]
    if lengths:
        yield Rolling(path, node, min(lengths))


def _measure_window(node: Condition) -> dt.timedelta | None:
    window: Window | None = getattr(node, "within", None)
    match window:
        case LastWindow(last=last):
            return last.delta
        case AgoWindow(between_ago=(longer, shorter)):
            return longer.delta - shorter.delta
        case CalendarWindow(calendar="today" | "yesterday"):
            return ONE_DAY
    return None


def _measure_operand(node: Condition) -> dt.timedelta | None:
    """Of within_last and its like. “Longer ago than” has no end, and so no length."""
    if isinstance(node, Comparison) and isinstance(node.value, Duration) and "within" in node.operator:
        return node.value.delta
    return None
