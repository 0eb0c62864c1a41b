"""Does a rule make sense for this site? What the tree alone cannot know: types of attributes, other segments."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from segments.rules.ast import AttributeCondition, Condition, Group, Rule, SegmentCondition, list_conditions
from segments.rules.errors import Problem, RuleError
from segments.rules.operators import Family, list_families


@dataclass(frozen=True)
class Knowledge:
    """What a site knows: the family of each attribute; of each segment the ids of those its rule names, and its name."""

    attributes: Mapping[str, Family] = field(default_factory=dict)
    segments: Mapping[int, frozenset[int]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)


def check_rule(rule: Rule, knowledge: Knowledge, *, segment: int | None = None) -> None:
    """Raise RuleError for what can never work. `segment` is the id the rule is saved under, if it has one yet.

    An attribute never seen is no error: it may come. A condition on it is false until then.
    """
    problems = list(_find_problems(rule.root, "root", knowledge, segment))
    if problems:
        raise RuleError(problems)


def list_used_segments(rule: Rule) -> frozenset[int]:
    """The ids of the segments that a rule names."""
    return frozenset(
        node.segment for node in list_conditions(rule.root) if isinstance(node, SegmentCondition)
    )


def _find_problems(node: Condition, path: str, known: Knowledge, own: int | None) -> Iterator[Problem]:
    match node:
        case Group():
            for index, child in enumerate(node.conditions):
                yield from _find_problems(child, f"{path}.conditions[{index}]", known, own)
        case AttributeCondition():
            family = known.attributes.get(node.key)
            if family and family not in node.families:
                suited = " or ".join(_name(each) for each in list_families(node.operator))
                yield Problem(
                    f"{path}.operator",
                    f"“{node.key}” holds {_name(family)}, but this compares it with {suited}. Choose an operator for {_name(family)}.",
                )
        case SegmentCondition():
            if node.segment not in known.segments:
                yield Problem(
                    f"{path}.segment", "This segment does not exist (any more). Choose another one."
                )
            elif own is not None and (chain := find_chain(node.segment, own, known.segments)):
                circle = " → ".join(f"“{known.names.get(pk, f'number {pk}')}”" for pk in [own, *chain])
                yield Problem(f"{path}.segment", f"This would go round in a circle: {circle}.")


def find_chain(start: int, end: int, needs: Mapping[int, frozenset[int]]) -> list[int]:
    """The shortest way from one segment to another along what each is built on, both included; empty: there is none."""
    ways = {start: [start]}
    waiting = deque([start])
    while waiting and end not in ways:
        current = waiting.popleft()
        for ahead in sorted(needs.get(current, frozenset()) - ways.keys()):
            ways[ahead] = [*ways[current], ahead]
            waiting.append(ahead)
    return ways.get(end, [])


def reach_segments(wanted: Collection[int], needs: Mapping[int, frozenset[int]]) -> set[int]:
    """Segments and all that they are built on, directly or not; `needs` are the ids that each one's rule names."""
    seen: set[int] = set()
    waiting = list(wanted)
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(needs.get(current, frozenset()))
    return seen


def _name(family: Family) -> str:
    return {
        Family.TEXT: "text",
        Family.NUMBER: "a number",
        Family.BOOLEAN: "yes or no",
        Family.TIME: "a moment",
        Family.LIST: "a list",
    }[family]
