"""Bounds on what a template may cost, for every filter, range and loop: work is counted, sizes are measured.

Counted rather than timed, so that what passed the check before the launch passes on a busy server, too. The time limit
stands behind it, for what nobody thought of; it is the thread's own computing time.
"""

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from time import thread_time
from typing import Any

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import FilterArgumentError, ResourceLimitError
from liquid.expression import Expression
from liquid.filter import with_context

LARGEST = 10_000  # characters, or characters and items of a list, of any value on the way
MOST_LOOPS = 1_000  # turns of a loop, with those of the loops around it
LONGEST_SOURCE = 2_000  # characters of a template
_MOST_WORK = 10_000
_CHARACTERS = 64  # that are one unit of work
_LITTLE_WORK = 200  # after which the time is looked at
_LONGEST = 1.0  # seconds of computing


class Budget:
    """What is left of the work that one text may take."""

    __slots__ = ("_ends_at", "_left", "_looks_at")

    def __init__(self) -> None:
        self._left = _MOST_WORK
        self._looks_at = _MOST_WORK - _LITTLE_WORK
        self._ends_at = 0.0

    def spend(self, work: int) -> None:
        self._left -= work
        if self._left < self._looks_at:
            self._look()

    def spend_on(self, *values: object) -> None:
        """Look at values before or after something is done with them."""
        size = 0
        for value in values:
            size += len(value) if type(value) is str else measure(value)
            if size > LARGEST:
                raise ResourceLimitError(f"it makes something larger than {LARGEST:,} characters", token=None)
        self.spend(1 + size // _CHARACTERS)

    def _look(self) -> None:
        """Now and then at the time, which takes longer than most that is done. Few texts come to this."""
        self._looks_at = self._left - _LITTLE_WORK
        self._ends_at = self._ends_at or thread_time() + _LONGEST
        if self._left < 0 or thread_time() > self._ends_at:
            raise ResourceLimitError("it takes too much work", token=None)


def measure(value: object) -> int:
    """How large a value is, as far as it matters whether that is more than LARGEST."""
    size, rest = 0, [value]
    while rest and size <= LARGEST:
        each = rest.pop()
        if isinstance(each, str):
            size += len(each)
        elif isinstance(each, int):
            size += each.bit_length() // 3
        elif isinstance(each, range):
            size += max(each.stop - each.start, 0) * (1 + len(str(each.stop)))
        elif isinstance(each, Mapping):
            size += len(each)
            rest += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple):
            size += len(each)
            rest += each
    return size


def enclose(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose every input and result is measured."""
    needs_context = getattr(function, "with_context", False)
    needs_environment = getattr(function, "with_environment", False)

    @with_context
    @functools.wraps(function)
    def enclosed(left: object, *args: object, context: Any, **named: object) -> object:
        context.budget.spend_on(left, *args, *named.values())
        if name != "default":
            for value in (left, *args, *named.values()):
                if isinstance(value, Unknowable):
                    raise value.error
        if needs_context:
            named["context"] = context
        if needs_environment:
            named["environment"] = context.env
        result = function(left, *args, **named)
        context.budget.spend_on(result)
        if isinstance(result, float) and not math.isfinite(result):
            raise FilterArgumentError("the number is too large", token=None)
        return result

    vars(enclosed).pop("with_environment", None)  # it is given what it needs here
    return enclosed


class Unknowable:
    """What cannot be worked out, like a division by nought: a default takes its place, else the message has none."""

    force_liquid_default = True

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __liquid__(self) -> None:
        return None

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        raise self.error


class BoundedRange(RangeLiteral):
    """A range that is no longer than anything may be."""

    __slots__ = ()

    def evaluate(self, context: Any) -> range:
        found = super().evaluate(context)
        context.budget.spend_on(found)
        return found


def bound_ranges(nodes: Iterable[Node], context: RenderContext) -> None:
    """Put bounds on every range of a template that was read."""
    for node in list_nodes(nodes, context):
        for expression in list_expressions(node.expressions()):
            if type(expression) is RangeLiteral:
                expression.__class__ = BoundedRange


def list_nodes(nodes: Iterable[Node], context: RenderContext) -> Iterable[Node]:
    """These and all that is in them."""
    for node in nodes:
        yield node
        yield from list_nodes(node.children(context, include_partials=False), context)


def list_expressions(expressions: Iterable[Expression]) -> Iterable[Expression]:
    """These and all that they are made of."""
    for expression in expressions:
        yield expression
        yield from list_expressions(expression.children())
