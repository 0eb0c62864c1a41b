"""Liquid as far as messages may use it: without other files, within bounds, on the clock of whoever reads it."""

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin.expressions import FilteredExpression
from liquid.exceptions import LiquidError
from liquid.static_analysis import Variable

from campaigns.rendering.bare import find_bare_keys
from campaigns.rendering.bounds import (
    LARGEST,
    LONGEST_SOURCE,
    MOST_LOOPS,
    Budget,
    bound_ranges,
    enclose,
    list_expressions,
    list_nodes,
)
from campaigns.rendering.errors import RenderingError
from campaigns.rendering.filters import OWN_FILTERS

_EXAMPLE = '{{ subscriber.first_name | default: "there" }}'


class _Context(RenderContext):
    """What one text knows while it is filled in for somebody."""

    __slots__ = ("budget", "clock")

    def __init__(self, *args: Any, clock: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock, self.budget = clock, Budget()

    def get(self, path: list[object], **kwargs: Any) -> object:
        self.budget.spend(1)
        found = super().get(path, **kwargs)
        if isinstance(
            found, Mapping | list
        ):  # of lists of lists nobody knows how much they are, printed or compared
            self.budget.spend_on(found)
        return found

    def get_item(self, obj: Any, key: Any) -> Any:
        """Of people and other mappings what is known alone: `subscriber.size` is an attribute or nothing."""
        return obj[key] if isinstance(obj, Mapping) else super().get_item(obj, key)

    def assign(self, key: str, val: Any) -> None:
        self.budget.spend_on(val)
        super().assign(key, val)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.budget.spend(length)
        super().raise_for_loop_limit(length)


class _SafeEnvironment(Environment):
    loop_iteration_limit = MOST_LOOPS
    output_stream_limit = LARGEST
    local_namespace_limit = 20 * LARGEST


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read. `keys` are what it says about people; None: whatever there is.

    `bare_keys` are those that it says without a default.
    """

    source: str
    keys: frozenset[str] | None
    bare_keys: frozenset[str]
    tells_time: bool
    problems: tuple[str, ...]
    _bound: BoundTemplate

    def find_variables(self) -> list[Variable]:
        """Each place where it says something about people."""
        return list(self._bound.analyze().globals.get("subscriber", ()))

    def fill(self, values: Mapping[str, Any], *, clock: dt.datetime) -> str:
        """The text for one person, whose clock shows `clock`; RenderingError if it cannot be had."""
        context = _Context(self._bound, globals=self._bound.make_globals({"subscriber": values}), clock=clock)
        buffer = context.get_buffer()
        try:
            self._bound.render_with_context(context, buffer)
        except LiquidError as error:
            raise _explain(self.source, error.message) from error
        # Somebody else's engine on strangers' data: whatever its filters let through is this one message's fault, and
        # must neither hold up everybody else's nor break the preview.
        except Exception as error:
            raise _explain(self.source, error) from error
        return buffer.getvalue().strip()


def is_template(text: str) -> bool:
    """Whether there is anything to fill in."""
    return "{{" in text or "{%" in text


# Up to 200 kB each, in every process that renders.
@functools.lru_cache(maxsize=200)
def read_template(text: str) -> Template:
    """RenderingError if it cannot be read."""
    if len(text) > LONGEST_SOURCE:
        raise RenderingError(
            f"“{text[:100]}…” cannot be read: it is longer than {LONGEST_SOURCE:,} characters."
        )
    try:
        bound = _make_environment().from_string(text)
        context = _Context(bound, clock=dt.datetime.now(dt.UTC))
        bound_ranges(bound.nodes, context)
        paths = list(bound.global_variable_segments())
        bare_keys = find_bare_keys(bound.nodes, context)
        filters = set(_list_filters(bound, context))
    except LiquidError as error:
        raise RenderingError(f"“{text[:100]}” cannot be read: {error.message}.") from error
    except Exception as error:  # nested deeper than Python bears, and whatever else nobody thought of
        raise RenderingError(f"“{text[:100]}” cannot be read: it is too complicated.") from error
    return Template(
        text, _find_keys(paths), bare_keys, "date" in filters, tuple(_list_problems(paths)), bound
    )


def _list_filters(bound: BoundTemplate, context: RenderContext) -> Iterator[str]:
    for node in list_nodes(bound.nodes, context):
        for expression in list_expressions(node.expressions()):
            if isinstance(expression, FilteredExpression):
                yield from (each.name for each in expression.filters or ())


def _find_keys(paths: list[list[Any]]) -> frozenset[str] | None:
    keys = set()
    for root, *rest in paths:
        if root != "subscriber":
            continue
        if not rest or not isinstance(rest[0], str):
            return None
        keys.add(rest[0])
    return frozenset(keys)


def _list_problems(paths: list[list[Any]]) -> Iterator[str]:
    for root in sorted({str(path[0]) for path in paths} - {"subscriber"}):
        yield f"“{root}” is not known; what is known about a person begins with “subscriber.”, like {_EXAMPLE}."
    if ["subscriber"] in paths:
        yield f"“subscriber” alone says nothing; name what should be said about a person, like {_EXAMPLE}."


def _explain(source: str, why: object) -> RenderingError:
    return RenderingError(f"“{source[:100]}” could not be filled in: {why}.")


@functools.cache
def _make_environment() -> Environment:
    environment = _SafeEnvironment()
    for tag in ("include", "render"):
        del environment.tags[tag]
    for name, function in {**environment.filters, **OWN_FILTERS}.items():
        environment.add_filter(name, enclose(name, function))
    return environment
