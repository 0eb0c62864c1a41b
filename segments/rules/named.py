"""Which texts a rule compares values with, so that they can be looked for among what was ever seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from segments.rules.ast import AttributeCondition, Condition, DeviceCondition, Group, ProfileCondition, Rule
from segments.rules.comparisons import Comparison, EventTests, UrlComparison
from segments.rules.describe import DEVICE_LABELS, PROFILE_LABELS
from segments.rules.event_nodes import EventSequenceCondition, PageViewCondition
from segments.rules.operators import Family

WHOLE = {"equals", "in", "includes", "includes_any", "includes_all"}
MOST_VALUES = 10  # of one condition


@dataclass(frozen=True)
class Named:
    """Texts that a condition, or a test of one, compares what lies at one place with."""

    path: str
    place: Literal["attribute", "profile", "device", "property"]
    key: str
    event: str
    test: Comparison
    texts: tuple[str, ...]

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


def list_named(rule: Rule) -> list[Named]:
    """In reading order. Those of whom there may be any number of others, customers' ids and addresses, are left out."""
    return [each for each in _walk(rule.root, "root") if each.texts]


def _walk(node: Condition, path: str) -> Iterator[Named]:
    match node:
        case Group():
            for index, child in enumerate(node.conditions):
                yield from _walk(child, f"{path}.conditions[{index}]")
        case AttributeCondition():
            yield Named(path, "attribute", node.key, "", node, _list_texts(node))
        case ProfileCondition() if node.field not in {"external_id", "email"}:
            yield Named(path, "profile", node.field, "", node, _list_texts(node))
        case DeviceCondition():
            yield Named(path, "device", node.field, "", node, _list_texts(node))
        case PageViewCondition():
            if node.url:
                yield Named(f"{path}.url", "property", "url", "$page_view", node.url, (node.url.value,))
        case EventSequenceCondition():
            for index, step in enumerate(node.steps):
                yield from _list_tests(f"{path}.steps[{index}]", step.event, step.where)
        case _:
            yield from _list_tests(path, getattr(node, "event", ""), getattr(node, "where", ()))


def _list_tests(path: str, event: str, where: EventTests) -> Iterator[Named]:
    for index, test in enumerate(where):
        yield Named(f"{path}.where[{index}]", "property", test.property, event, test, _list_texts(test))


def _list_texts(test: Comparison) -> tuple[str, ...]:
    positive = test.row.negates or test.row.key
    if positive not in WHOLE and not isinstance(test, UrlComparison):
        return ()
    operands = test.values or (test.value,)
    return tuple(each for each in operands if isinstance(each, str) and each)[:MOST_VALUES]
