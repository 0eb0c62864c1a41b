"""What a message says about people without anything in its place where it is not known."""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import Count, F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact
from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.expression import Expression

from campaigns.models import Message
from campaigns.rendering import PROFILE_FIELDS, check_template, list_templates
from subscribers.models import Subscriber


def list_bare_keys(message: Message) -> list[str]:
    """The keys that a message prints without a default, and asks nowhere whether they are known."""
    keys: set[str] = set()
    for text in list_templates(message):
        if not check_template(text):
            keys |= _find_bare(text)
    return sorted(keys)


def count_missing(keys: Collection[str], subscriber_ids: Collection[int]) -> dict[str, int]:
    """Of how many of these people each key is unknown or empty. One statement."""
    names = {f"key_{number}": key for number, key in enumerate(keys)}
    counts = {name: Count("pk", filter=_is_missing(key)) for name, key in names.items()}
    found = Subscriber.objects.filter(pk__in=subscriber_ids).order_by().aggregate(**counts)
    return {key: found[name] for name, key in names.items()}


def _is_missing(key: str) -> Q:
    """An attribute goes before the profile field of the same name, as in the message itself."""
    value = [Cast(KeyTextTransform(key, "attributes"), TextField())]
    profile = [Cast(F(key), TextField())] if key in PROFILE_FIELDS else []
    return Q(Exact(Coalesce(*value, *profile, Value(""), output_field=TextField()), Value("")))


def _find_bare(text: str) -> set[str]:
    template = Environment().from_string(text)
    nodes = list(_walk(template.nodes, RenderContext(template)))
    printed = [node.expression for node in nodes if isinstance(node, OutputNode)]
    asked = [each for node in nodes if not isinstance(node, OutputNode) for each in node.expressions()]
    bare = (expression for expression in printed if not _has_default(expression))
    return _find_keys(bare) - _find_keys(asked)


def _walk(nodes: Iterable[Node], context: RenderContext) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children(context, include_partials=False), context)


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
