"""The rule as a tree: one immutable class for each kind of node of the rule language, version 1."""

import datetime as dt
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    model_validator,
)

from segments.rules.operators import (
    KEYS,
    Arity,
    Family,
    Operator,
    find_positive,
    resolve_operator,
)
from segments.rules.text import parse_pattern
from segments.rules.windows import Duration, Node, Window, read_instant

LONGEST_TEXT = 500
MOST_VALUES = 1000
LARGEST_NUMBER = 10**30

PROFILE_FIELDS = (
    "country", "region", "city", "timezone", "language", "external_id", "email", "created_at", "last_seen_at", "source",
)  # fmt: skip

# Any instant will do to find out whether an operand can be prepared at all.
SOME_INSTANT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def _check_text(text: str) -> str:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("Text must not contain a NUL sign or half of a surrogate pair.")
    return text


Text = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_check_text)]
Name = Annotated[StrictStr, Field(min_length=1, max_length=100), AfterValidator(_check_text)]
Id = Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]


def _find_kind(value: Any) -> str | None:
    match value:
        case bool():
            return "a:boolean"
        case int():
            return "a:whole"
        case float():
            return "a:number"
        case str():
            return "a:text"
        case dict() | Duration():
            return "a:duration"
    return None


def _choose(message: str) -> Discriminator:
    """Decide by the JSON type, so that an error speaks of what was meant and not of all that it is not."""
    return Discriminator(_find_kind, custom_error_type="kind", custom_error_message=message)


Whole = Annotated[StrictInt, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER), Tag("a:whole")]
Fraction = Annotated[StrictFloat, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER), Tag("a:number")]
Number = Annotated[Whole | Fraction, _choose("This must be a number.")]
Scalar = Annotated[
    Whole | Fraction | Annotated[StrictBool, Tag("a:boolean")] | Annotated[Text, Tag("a:text")],
    _choose("This must be text, a number, true or false."),
]
Operand = Annotated[
    Whole
    | Fraction
    | Annotated[StrictBool, Tag("a:boolean")]
    | Annotated[Text, Tag("a:text")]
    | Annotated[Duration, Tag("a:duration")],
    _choose("This must be text, a number, true, false or a length of time."),
]
OperatorKey = Annotated[
    StrictStr,
    Field(max_length=100, json_schema_extra={"enum": list(KEYS)}),
    AfterValidator(_check_text),
]


class Test(Node):
    """An operator with its operand."""

    operator: OperatorKey
    value: Operand | None = None
    values: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=MOST_VALUES)] | None = None

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
        return row, row.prepare(self.operand, as_of)

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


class PropertyTest(Test):
    """A test of one property of an event."""

    property: Name


class UrlTest(Test):
    """A test of a page's address, in which `*`, `|` and `+` are signs of a pattern."""

    operator: Literal[
        "equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches"
    ]
    value: Text

    def prepare(self, family: Family, as_of: dt.datetime) -> tuple[Operator, Any]:
        key = self.row.negates or self.operator
        whole = key in {"equals", "matches"}
        pattern = parse_pattern(
            self.value, starts=whole or key == "starts_with", ends=whole or key == "ends_with"
        )
        return resolve_operator("matches", self.value, None), pattern


class AttributeCondition(Test):
    type: Literal["attribute"]
    key: Name


class ProfileCondition(Test):
    type: Literal["profile"]
    field: Literal[PROFILE_FIELDS]  # type: ignore[valid-type]  # the one list of them

    @model_validator(mode="after")
    def check_field(self) -> Self:
        family = Family.TIME if self.field.endswith("_at") else Family.TEXT
        if family not in self.families:
            raise ValueError(
                f"“{self.field}” holds {'a moment' if family is Family.TIME else 'text'}; choose an operator for that."
            )
        return self


class DeviceCondition(Test):
    """True if any active push subscription matches; a negated operator is the complement of that."""

    type: Literal["device"]
    field: Literal["kind", "os", "browser"]

    @model_validator(mode="after")
    def check_field(self) -> Self:
        if Family.TEXT not in self.families:
            raise ValueError(f"“{self.field}” holds text; choose an operator for that.")
        return self


class ChannelCondition(Node):
    """Whether pushes reach them; `within`: since when that is so."""

    type: Literal["channel"]
    channel: Literal["web_push"]
    state: Literal["subscribed", "unsubscribed", "never"]
    within: Window | None = None

    @model_validator(mode="after")
    def check_within(self) -> Self:
        if self.state == "never" and self.within is not None:
            raise ValueError("“never” has no time at which it began: leave “within” out.")
        return self


class Spot(Node):
    lat: Annotated[Number, Field(ge=-90, le=90)]
    lon: Annotated[Number, Field(ge=-180, le=180)]
    name: Name | None = None


class Radius(Node):
    miles: Annotated[Number, Field(gt=0, le=12_500)] | None = None
    km: Annotated[Number, Field(gt=0, le=20_100)] | None = None

    @model_validator(mode="after")
    def check_unit(self) -> Self:
        if (self.miles is None) == (self.km is None):
            raise ValueError("A radius has one unit: miles or km.")
        return self

    @property
    def kilometres(self) -> float:
        return self.miles * 1.609344 if self.miles is not None else float(self.km or 0)


class LocationCondition(Node):
    """Within the radius of a spot, or of any of several."""

    type: Literal["location"]
    near: Annotated[
        Annotated[Spot, Tag("a:spot")]
        | Annotated[tuple[Spot, ...], Field(min_length=1, max_length=MOST_VALUES), Tag("a:list")],
        Discriminator(lambda near: "a:list" if isinstance(near, list | tuple) else "a:spot"),
    ]
    radius: Radius

    @property
    def spots(self) -> tuple[Spot, ...]:
        return self.near if isinstance(self.near, tuple) else (self.near,)


class EventCondition(Node):
    """Events of one name in a window, all tests holding on the same event. No `count`: at least one."""

    type: Literal["event"]
    event: Name
    count: Count | None = None
    within: Window | None = None
    where: Annotated[tuple[PropertyTest, ...], Field(max_length=20)] = ()


class PageViewCondition(Node):
    type: Literal["page_view"]
    url: UrlTest | None = None
    count: Count | None = None
    within: Window | None = None


class MessageCondition(Node):
    """What happened to campaigns' messages; no `campaign`: to any of them."""

    type: Literal["message"]
    activity: Literal["sent", "displayed", "clicked", "dismissed", "converted", "failed"]
    campaign: Id | None = None
    count: Count | None = None
    within: Window | None = None


class SegmentCondition(Node):
    type: Literal["segment"]
    segment: Id
    member: StrictBool = True


class Group(Node):
    type: Literal["group"]
    match: Literal["all", "any", "none", "at_least"]
    n: Annotated[StrictInt, Field(ge=0, le=1000)] | None = None
    conditions: tuple["Condition", ...] = ()

    @model_validator(mode="after")
    def check_n(self) -> Self:
        if (self.match == "at_least") != (self.n is not None):
            raise ValueError("“n” says how many of the conditions must hold: for “at_least”, and only there.")
        return self


Condition = Annotated[
    Group
    | AttributeCondition
    | ProfileCondition
    | DeviceCondition
    | ChannelCondition
    | LocationCondition
    | EventCondition
    | PageViewCondition
    | MessageCondition
    | SegmentCondition,
    Field(discriminator="type"),
]


class Rule(Node):
    """A whole rule: `{"version": 1, "root": NODE}`."""

    version: Literal[1]
    root: Condition


def list_conditions(node: Condition) -> list[Condition]:
    """A node and everything below it, in reading order."""
    below = node.conditions if isinstance(node, Group) else ()
    return [node, *(each for child in below for each in list_conditions(child))]
