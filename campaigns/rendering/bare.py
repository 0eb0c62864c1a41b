"""What a template says about people without anything in its place where it is not known."""

from collections.abc import Iterable

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.expression import Expression

from campaigns.rendering.bounds import list_nodes


def find_bare_keys(nodes: Iterable[Node], context: RenderContext) -> frozenset[str]:
    """The keys that it prints without a default, and asks nowhere whether they are known."""
    found = list(list_nodes(nodes, context))
    printed = [node.expression for node in found if isinstance(node, OutputNode)]
    asked = [each for node in found if not isinstance(node, OutputNode) for each in node.expressions()]
    bare = (expression for expression in printed if not _has_default(expression))
    return frozenset(_find_keys(bare) - _find_keys(asked))


def _has_default(expression: Expression) -> bool:
    filters = expression.filters if isinstance(expression, FilteredExpression) else None
    return any(each.name == "default" for each in filters or [])


def _find_keys(expressions: Iterable[Expression]) -> set[str]:
    keys = set()
    for expression in expressions:
        if isinstance(expression, Path):
            root, *rest = expression.path
            keys |= {str(rest[0])} if root == "subscriber" and rest else set()
        keys |= _find_keys(expression.children())
    return keys
