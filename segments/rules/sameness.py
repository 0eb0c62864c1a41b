"""Whether two rules are the same one, written differently."""

from typing import Any

from segments.rules.ast import Condition, Group
from segments.rules.errors import RuleError
from segments.rules.schema import parse_rule


def mean_same(one: Any, other: Any) -> bool:
    """Of two rule documents. What the builder adds when it opens a rule that was made elsewhere is no difference."""
    try:
        return _unwrap(parse_rule(one).root) == _unwrap(parse_rule(other).root)
    except RuleError:
        return bool(one == other)


def _unwrap(node: Condition) -> Condition:
    """The builder begins with a group, a rule made elsewhere may begin with its only condition."""
    while isinstance(node, Group) and node.match in {"all", "any"} and len(node.conditions) == 1:
        node = node.conditions[0]
    return node
