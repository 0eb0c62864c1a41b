"""Which indexes would serve a rule: for conditions on a subscriber's own values that all must hold, one on all of them.

An index finds its rows by exact values first and then by one span, so that is the order of its keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from segments.rules.ast import AttributeCondition, Condition, Group, ProfileCondition, Rule
from segments.rules.columns import attribute_value_sql, profile_sql
from segments.rules.comparisons import Comparison
from segments.rules.sql import Fragment

EXACT = frozenset({"equals", "in", "is_true", "is_false"})
SPAN = frozenset(
    {
        "greater_than", "at_least", "less_than", "at_most", "between",
        "before", "after", "within_last", "more_than_ago", "within_next",
    }
)  # fmt: skip


@dataclass(frozen=True)
class IndexKeys:
    """`keys` in order. With `includes`, the index alone has all that the conditions read."""

    keys: tuple[Fragment, ...]
    includes: tuple[str, ...] = ()


Own = AttributeCondition | ProfileCondition


def list_index_keys(rule: Rule) -> frozenset[IndexKeys]:
    """The indexes that a rule would be served by; none where nothing narrows it down."""
    return frozenset(_choose_keys(each) for each in _list_conjunctions(rule.root) if each)


def _list_conjunctions(node: Condition) -> Iterator[list[Own]]:
    """The conditions that must all hold together, for each place of the rule where one might begin from an index."""
    match node:
        case Group(match="all"):
            mine, others = _flatten(node)
            yield [each for each in mine if _narrows(each)]
            for other in others:
                yield from _list_conjunctions(other)
        case Group(match="any"):
            for child in node.conditions:
                yield from _list_conjunctions(child)
        case AttributeCondition() | ProfileCondition():
            yield [node] if _narrows(node) else []
        case _:
            return


def _flatten(group: Group) -> tuple[list[Own], list[Group]]:
    """All within all is all; whatever else is nested is looked at by itself."""
    mine: list[Own] = []
    others: list[Group] = []
    for child in group.conditions:
        match child:
            case Group(match="all"):
                inner, below = _flatten(child)
                mine += inner
                others += below
            case Group():
                others.append(child)
            case AttributeCondition() | ProfileCondition():
                mine.append(child)
            case _:
                pass
    return mine, others


def _narrows(node: Comparison) -> bool:
    return len(node.families) == 1 and node.operator in EXACT | SPAN


def _choose_keys(conditions: list[Own]) -> IndexKeys:
    exact = {_key_of(each): each for each in conditions if each.operator in EXACT}
    spans = {_key_of(each): each for each in conditions if each.operator in SPAN}
    first_span = [key for key in spans if key not in exact][:1]
    keys = [*sorted(exact, key=lambda key: (key.text, key.params)), *first_span]
    named = {**spans, **exact}
    used = [named[key] for key in keys]
    fields = tuple(each.field for each in used if isinstance(each, ProfileCondition))
    return IndexKeys(tuple(keys), fields if len(fields) == len(used) else ())


def _key_of(node: Own) -> Fragment:
    if isinstance(node, AttributeCondition):
        return attribute_value_sql(node.key, node.families[0])
    return profile_sql(node.field)
