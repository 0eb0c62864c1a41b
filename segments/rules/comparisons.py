"""An operator with its operand, and how often something must have happened."""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, StrictInt, model_validator

from segments.rules.limits import validate_count
from segments.rules.operators import KEYS, Arity, Family, Operator, find_positive, resolve_operator
from segments.rules.paths import read_path
from segments.rules.text import parse_pattern
from segments.rules.values import Key, Name, Operand, Scalar, Text
from segments.rules.windows import Duration, Node, read_instant

URL = "url"  # the property whose value is an address, whatever it looks like
# Any instant will do to find out whether an operand can be prepared at all.
SOME_INSTANT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Comparison(Node):
    """An operator with its operand."""

    operator: Name
    value: Operand | None = None
    values: Annotated[tuple[Scalar, ...], Field(min_length=1), BeforeValidator(validate_count)] | None = None

    @model_validator(mode="after")
    def check_operand(self) -> Self:
        if self.operator not in KEYS:
            raise ValueError(f"“{self.operator}” is no operator; there are {', '.join(KEYS)}.")
        _, operand = self.prepare(self.families[0], SOME_INSTANT)
        if self.row.arity is Arity.TWO and operand[0] > operand[1]:
            raise ValueError(f"“{self.row.label}” needs the smaller of the two values first.")
        return self

    @cached_property
    def row(self) -> Operator:
        return resolve_operator(self.operator, self.value, self.values)

    @property
    def negated(self) -> bool:
        """Whether this is the exact complement of what `prepare` gives."""
        return bool(self.row.negates)

    def prepare(self, family: Family, as_of: dt.datetime) -> tuple[Operator, Any]:
        """The positive operator for values of this family, and its operand ready to compare."""
        row = find_positive(self.row, family)
        if row.fold:
            return row, row.fold(self.operand, self.of_address)
        return row, row.prepare(self.operand, as_of)

    @property
    def of_address(self) -> bool:
        """Whether the values are addresses of pages, though they may say so by no scheme."""
        return False

    @property
    def of_many(self) -> bool:
        """Whether there may be several values, of which one is enough."""
        return False

    @property
    def families(self) -> tuple[Family, ...]:
        """On which kinds of value it works: one, or every one for exists and not_exists."""
        return self.row.families

    @property
    def operand(self) -> Any:
        given = self.values if self.row.arity in {Arity.TWO, Arity.MANY} else self.value
        if self.families != (Family.TIME,) or isinstance(given, Duration):
            return given
        return (
            tuple(read_instant(str(each)) for each in given)
            if isinstance(given, tuple)
            else read_instant(str(given))
        )


class Count(Node):
    """How often: a whole number, or two of them for between."""

    operator: Literal["equals", "at_least", "greater_than", "at_most", "less_than", "between"]
    value: Annotated[StrictInt, Field(ge=0, le=1_000_000)] | None = None
    values: (
        tuple[
            Annotated[StrictInt, Field(ge=0, le=1_000_000)], Annotated[StrictInt, Field(ge=0, le=1_000_000)]
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def check_operand(self) -> Self:
        if self.operator == "between":
            if self.value is not None or self.values is None or self.values[0] > self.values[1]:
                raise ValueError("“between” needs two whole numbers in “values”, the smaller one first.")
        elif self.value is None or self.values is not None:
            raise ValueError("How often needs a whole number in “value”, 0 or more.")
        elif (self.operator, self.value) == ("less_than", 0):
            raise ValueError(
                "Nothing happens less often than 0 times; “at_most” 0 says that it did not happen."
            )
        return self

    @property
    def span(self) -> tuple[int, int | None]:
        """The smallest and the largest count that is right; None: no largest."""
        if self.values is not None:
            return self.values
        value = self.value or 0
        return {
            "equals": (value, value),
            "at_least": (value, None),
            "greater_than": (value + 1, None),
            "at_most": (0, value),
            "less_than": (0, value - 1),
        }[self.operator]


class PropertyComparison(Comparison):
    """A test of one property of an event, which may lead into objects and lists (paths)."""

    property: Key

    @cached_property
    def of_address(self) -> bool:
        return read_path(self.property).last == URL

    @cached_property
    def of_many(self) -> bool:
        return read_path(self.property).is_many


class UrlComparison(Comparison):
    """A test of a page's address, in which `*`, `|` and `+` are signs of a pattern."""

    operator: Literal[
        "equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches"
    ]
    value: Text

    def prepare(self, family: Family, as_of: dt.datetime) -> tuple[Operator, Any]:
        key = self.row.negates or self.operator
        whole = key in {"equals", "matches"}
        pattern = parse_pattern(
            self.value,
            starts=whole or key == "starts_with",
            ends=whole or key == "ends_with",
            of_address=True,
        )
        return resolve_operator("matches", self.value, None), pattern

    @property
    def of_address(self) -> bool:
        return True

    property: ClassVar = URL  # of the page view that is tested


EventTests = Sequence[PropertyComparison | UrlComparison]  # all of them on the same event
