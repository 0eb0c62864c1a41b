"""Which texts a rule compares values with, so that they can be looked for among what was ever seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from segments.rules.ast import AttributeCondition, Condition, DeviceCondition, Group, ProfileCondition, Rule
from segments.rules.comparisons import Comparison, EventTests, UrlComparison
from segments.rules.describe import DEVICE_LABELS, PROFILE_LABELS
from segments.rules.event_nodes import EventCondition, EventSequenceCondition, PageViewCondition
from segments.rules.operators import Family

WHOLE = {"equals", "in", "includes", "includes_any", "includes_all"}
MOST_VALUES = 10  # of one condition
Place = Literal["attribute", "profile", "device", "property"]


@dataclass(frozen=True)
class Named:
    """Texts with which a condition, or a test of one, compares what lies at one place."""

    path: str
    place: Place
    key: str
    event: str
    test: Comparison
    texts: tuple[str, ...]
    needed: bool = False  # by everybody who fits the rule

    @property
    def label(self) -> str:
        match self.place:
            case "attribute":
                return f"the attribute “{self.key}”"
            case "profile":
                return f"the {PROFILE_LABELS[self.key]}"
            case "device":
                return f"the {DEVICE_LABELS[self.key]} of a device"
        return f"the property “{self.key}” of “{self.event}”"

    @property
    def in_list(self) -> bool:
        return self.test.families == (Family.LIST,)


def list_named(rule: Rule, *, somebody_fits: bool = False) -> list[Named]:
    """In reading order. Those of whom there may be any number of others, customers' ids and addresses, are left out; and
    where somebody fits the rule, what each of them must have."""
    found = _walk(rule.root, "root", needed=True)
    return [each for each in found if each.texts and not (somebody_fits and each.needed)]


def _walk(node: Condition, path: str, *, needed: bool) -> Iterator[Named]:
    match node:
        case Group():
            for index, child in enumerate(node.conditions):
                yield from _walk(child, f"{path}.conditions[{index}]", needed=needed and node.match == "all")
        case AttributeCondition():
            yield _name(path, "attribute", node.key, node, needed=needed)
        case ProfileCondition() if node.field not in {"external_id", "claimed_id", "email"}:
            yield _name(path, "profile", node.field, node, needed=needed)
        case DeviceCondition():
            yield _name(path, "device", node.field, node, needed=needed)
        case PageViewCondition():
            if node.url:
                needed = needed and _must_happen(node)
                yield _name(f"{path}.url", "property", "url", node.url, event="$page_view", needed=needed)
        case EventSequenceCondition():
            for index, step in enumerate(node.steps):
                yield from _list_tests(f"{path}.steps[{index}]", step.event, step.where, needed=False)
        case EventCondition():
            yield from _list_tests(path, node.event, node.where, needed=needed and _must_happen(node))
        case _:
            yield from _list_tests(path, getattr(node, "event", ""), getattr(node, "where", ()), needed=False)


def _must_happen(node: EventCondition | PageViewCondition) -> bool:
    return node.count is None or node.count.span[0] > 0


def _list_tests(path: str, event: str, where: EventTests, *, needed: bool) -> Iterator[Named]:
    for index, test in enumerate(where):
        yield _name(f"{path}.where[{index}]", "property", test.property, test, event=event, needed=needed)


def _name(  # noqa: PLR0913 - all that is told of one test
    path: str, place: Place, key: str, test: Comparison, *, needed: bool, event: str = ""
) -> Named:
    texts = _list_texts(test)
    return Named(path, place, key, event, test, texts, needed and len(texts) == 1 and not test.negated)


def _list_texts(test: Comparison) -> tuple[str, ...]:
    positive = test.row.negates or test.row.key
    if positive not in WHOLE and not isinstance(test, UrlComparison):
        return ()
    operands = test.values or (test.value,)
    return tuple(each for each in operands if isinstance(each, str) and each)[:MOST_VALUES]
