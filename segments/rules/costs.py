"""What makes a rule slow to count on a large site, in words, with what would make it quicker.

| what | why it is slow |
|---|---|
| steps one after the other, ever | all events of each step are put in order, for everybody |
| events with tests, totals or repeats, ever | every such event is read; the summaries only know how often, first and last |
| a pattern in a property, over more than a month | the text of each event is searched; no index helps |
| any of many conditions on events | each is counted for everybody before they are joined |
| hundreds of values | each person or event is compared with all of them |

How often somebody did something, ever, is quick: that is in the summaries. So are properties with a column of their own.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from segments.rules.ast import Condition, Group, Rule
from segments.rules.comparisons import Comparison, EventTests
from segments.rules.describe_events import TIMES_OF
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.lint import Remark
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.windows import AgoWindow, LastWindow, SinceWindow, Window
from segments.rules.wording import say_name

PATTERNS = {"contains", "not_contains", "starts_with", "ends_with", "matches"}
MONTH = dt.timedelta(days=31)
MANY_VALUES, MANY_WAYS = 200, 6

SEQUENCE = "Slow to count on a site of this size: every step that anybody ever took is put in order. Say within which time."
EVER = "Slow to count on a site of this size: every “{event}” there ever was is read. Say within which time, such as the last 90 days."
PATTERN = "Slow to count on a site of this size: the text of each “{event}” is searched. Ask for a whole value, or about a month at most."
WAYS = "Slow to count on a site of this size: {ways} conditions on events, each counted for everybody. Fewer will do it faster."
VALUES = "Slow to count on a site of this size: {values} values, each looked for. A pattern, or a segment made beforehand, is faster."

IsHot = Callable[[str, str], bool]
Did = EventCondition | PageViewCondition | MessageCondition | EventAggregateCondition | EventRepeatCondition


def list_costs(rule: Rule, is_hot: IsHot) -> list[Remark]:
    """One remark on each slow condition. `is_hot(event, property)`: whether the property has a column of its own."""
    return list(_walk(rule.root, "root", is_hot))


def _walk(node: Condition, path: str, is_hot: IsHot) -> Iterator[Remark]:
    if isinstance(node, Group):
        ways = sum(isinstance(each, Did | EventSequenceCondition) for each in node.conditions)
        if node.match in {"any", "at_least"} and ways >= MANY_WAYS:
            yield Remark(path, WAYS.format(ways=ways))
        for index, child in enumerate(node.conditions):
            yield from _walk(child, f"{path}.conditions[{index}]", is_hot)
    elif message := _explain(node, is_hot):
        yield Remark(path, message)


def _explain(node: Condition, is_hot: IsHot) -> str | None:
    if isinstance(node, EventSequenceCondition):
        return SEQUENCE if node.within is None else None
    if isinstance(node, Did):
        event, tests = _read_events(node)
        reads_each = bool(tests) or isinstance(node, EventAggregateCondition | EventRepeatCondition)
        if reads_each and node.within is None:
            return EVER.format(event=TIMES_OF.get(event) or say_name(event))
        searched = any(test.operator in PATTERNS and not is_hot(event, test.property) for test in tests)
        if searched and _is_long(node.within):
            return PATTERN.format(event=TIMES_OF.get(event) or say_name(event))
        return _explain_values(*tests)
    return _explain_values(node) if isinstance(node, Comparison) else None


def _read_events(node: Did) -> tuple[str, EventTests]:
    match node:
        case PageViewCondition():
            return "$page_view", find_page_tests(node)
        case MessageCondition():
            return name_message_event(node), find_message_tests(node)
    return node.event, node.where


def _is_long(window: Window | None) -> bool:
    match window:
        case LastWindow(last=last):
            return last.delta > MONTH
        case AgoWindow(between_ago=(longer, shorter)):
            return longer.delta - shorter.delta > MONTH
    return window is None or isinstance(window, SinceWindow)


def _explain_values(*tests: Comparison) -> str | None:
    most = max((len(test.values or ()) for test in tests), default=0)
    return VALUES.format(values=f"{most:,}") if most >= MANY_VALUES else None
