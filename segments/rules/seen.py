"""What a site has seen so far, and what of a rule it has not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from segments.rules.ast import AttributeCondition, Condition, Group, Rule
from segments.rules.comparisons import Comparison
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
)
from segments.rules.operators import Family
from segments.rules.paths import EACH, read_path


@dataclass(frozen=True)
class Seen:
    """The family of each attribute, and of each event's properties; the reserved events are known from the start.

    `elements`: of attributes that are lists, the family of what is in them. `announced`: what somebody has said will
    come, as (event, key); an attribute has no event, an event no key.
    """

    attributes: Mapping[str, Family] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, Family]] = field(default_factory=dict)
    elements: Mapping[str, Family] = field(default_factory=dict)
    announced: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Use:
    """One thing that a condition reads: an attribute, an event (no `key`) or a property of it.

    `families`: the kinds of value it can be compared as; empty where any will do.
    """

    path: str
    key: str = ""
    event: str = ""
    families: tuple[Family, ...] = ()

    @property
    def label(self) -> str:
        if not self.event:
            return f"the attribute “{self.key}”"
        return f"the property “{self.key}” of “{self.event}”" if self.key else f"the event “{self.event}”"


def list_unseen(rule: Rule, seen: Seen) -> list[Use]:
    """What the rule reads and the site has never seen; each thing once, at the first condition that reads it."""
    unseen = {use.label: use for use in reversed(list(list_uses(rule.root))) if _is_unseen(use, seen)}
    return list(reversed(unseen.values()))


def find_family(use: Use, seen: Seen) -> Family | None:
    """The kind of value seen there; None: none yet."""
    values = seen.events.get(use.event, {}) if use.event else seen.attributes
    return values.get(use.key)


def list_alike(use: Use, seen: Seen) -> list[str]:
    """What there is of the kind of a use: attributes, events of the site's own, or properties of the event."""
    if use.key:
        return list(seen.events.get(use.event, {}) if use.event else seen.attributes)
    return [name for name in seen.events if not name.startswith("$") or use.event.startswith("$")]


def list_uses(node: Condition, path: str = "root") -> Iterator[Use]:
    """All that a node and those below it read, in reading order."""
    match node:
        case Group():
            for index, child in enumerate(node.conditions):
                yield from list_uses(child, f"{path}.conditions[{index}]")
        case AttributeCondition():
            yield Use(path, node.key, families=_narrow(node))
        case EventSequenceCondition():
            for index, step in enumerate(node.steps):
                yield from _list_event_uses(f"{path}.steps[{index}]", step.event, step.where)
        case EventRecencyCondition():
            yield Use(path, event=node.event)
        case EventCondition() | EventAggregateCondition() | EventRepeatCondition():
            yield from _list_event_uses(path, node.event, node.where)
            if isinstance(node, EventAggregateCondition):
                numbers = () if node.function == "distinct" else (Family.NUMBER,)
                yield Use(path, node.property, node.event, numbers)
            elif isinstance(node, EventRepeatCondition):
                yield Use(path, node.property, node.event)


def _list_event_uses(path: str, event: str, where: tuple[Comparison, ...]) -> Iterator[Use]:
    yield Use(path, event=event)
    for index, test in enumerate(where):
        yield Use(f"{path}.where[{index}]", test.property, event, _narrow(test))  # type: ignore[attr-defined]


def _narrow(test: Comparison) -> tuple[Family, ...]:
    return test.families if len(test.families) == 1 else ()


def _is_unseen(use: Use, seen: Seen) -> bool:
    key = use.key.removesuffix(EACH)  # an element is seen where its list is
    if not use.event:
        return not {use.key, key, read_path(use.key).root} & seen.attributes.keys()
    if not use.key:
        return use.event not in seen.events
    # Of an event that was never seen itself, that is what is said. Of the reserved ones before the first, nothing.
    properties = seen.events.get(use.event)
    return bool(properties) and not {use.key, key} & properties.keys()  # type: ignore[union-attr]
