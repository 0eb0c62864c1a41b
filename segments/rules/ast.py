"""The rule as a tree: one immutable class for each kind of node of the rule language, version 1."""

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    model_validator,
)

from segments.rules.comparisons import Comparison
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.limits import validate_count
from segments.rules.operators import Arity, Family, Operator, find_operator
from segments.rules.paths import read_path
from segments.rules.shares import BUCKETS, WEEKDAYS
from segments.rules.values import CleanKey, Id, Name, Number, Spot
from segments.rules.windows import Node, Window
from segments.rules.zones import find_by_any_name, list_names


def _check_wall_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("A time of day is written like 09:00 or 17:30.")
    return text


WallTime = Annotated[StrictStr, AfterValidator(_check_wall_time)]

PROFILE_FIELDS = (
    "country", "region", "city", "timezone", "language", "external_id", "claimed_id", "email", "created_at", "last_seen_at",
    "source",
)  # fmt: skip


def refuse_empty(test: Comparison) -> None:
    """Of what Carillon itself knows, empty is not known; of attributes and properties, empty text is a value."""
    if "" in (test.values or (test.value,)):
        raise ValueError("Nobody has empty text here: it counts as not known. Ask “is not known” instead.")


class AttributeCondition(Comparison):
    type: Literal["attribute"]
    key: CleanKey

    @property
    def of_many(self) -> bool:
        return read_path(self.key).is_many


class ProfileCondition(Comparison):
    type: Literal["profile"]
    field: Literal[PROFILE_FIELDS]  # type: ignore[valid-type]  # the one list of them

    @model_validator(mode="after")
    def check_field(self) -> Self:
        family = Family.TIME if self.field.endswith("_at") else Family.TEXT
        if family not in self.families:
            raise ValueError(
                f"“{self.field}” holds {'a moment' if family is Family.TIME else 'text'}; choose an operator for that."
            )
        refuse_empty(self)
        return self

    def prepare(self, family: Family, as_of: dt.datetime) -> tuple[Operator, Any]:
        row, operand = super().prepare(family, as_of)
        if self.field != "timezone" or row.arity is Arity.NONE:
            return row, operand
        if row.key not in {"equals", "in"}:
            return find_by_any_name(row, operand), operand
        asked = operand if row.key == "in" else (operand,)
        names = tuple(dict.fromkeys(name for each in asked for name in list_names(each)))
        return find_operator("in", family) or row, names


class DeviceCondition(Comparison):
    """True if any active push subscription matches; a negated operator is the complement of that."""

    type: Literal["device"]
    field: Literal["kind", "os", "browser"]

    @model_validator(mode="after")
    def check_field(self) -> Self:
        if Family.TEXT not in self.families:
            raise ValueError(f"“{self.field}” holds text; choose an operator for that.")
        refuse_empty(self)
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
    """Within the radius of a spot or of any of several, or inside an outline."""

    type: Literal["location"]
    near: (
        Annotated[
            Annotated[Spot, Tag("a:spot")]
            | Annotated[
                tuple[Spot, ...], Field(min_length=1), BeforeValidator(validate_count), Tag("a:list")
            ],
            Discriminator(lambda near: "a:list" if isinstance(near, list | tuple) else "a:spot"),
        ]
        | None
    ) = None
    radius: Radius | None = None
    polygon: Annotated[tuple[Spot, ...], Field(min_length=3, max_length=200)] | None = None

    @model_validator(mode="after")
    def check_kind(self) -> Self:
        if (self.near is None) == (self.polygon is None) or (self.near is None) != (self.radius is None):
            raise ValueError("A location is “near” with a “radius”, or a “polygon”.")
        return self

    @property
    def spots(self) -> tuple[Spot, ...]:
        return self.near if isinstance(self.near, tuple) else (self.near,) if self.near else ()


class BucketCondition(Node):
    """A stable random share: those whose bucket of 10,000 lies in [from, to). Another salt draws independently."""

    type: Literal["bucket"]
    salt: Name
    first: Annotated[StrictInt, Field(ge=0, lt=BUCKETS, alias="from")]
    to: Annotated[StrictInt, Field(gt=0, le=BUCKETS)]

    @model_validator(mode="after")
    def check_order(self) -> Self:
        if self.first >= self.to:
            raise ValueError("“from” must be less than “to”.")
        return self


class LocalTimeCondition(Node):
    """What the subscriber's clock shows at this moment; who has no known time zone goes by the site's."""

    type: Literal["local_time"]
    between: tuple[WallTime, WallTime] | None = None
    weekdays: Annotated[tuple[Literal[WEEKDAYS], ...], Field(min_length=1, max_length=7)] | None = None  # type: ignore[valid-type]

    @model_validator(mode="after")
    def check_any(self) -> Self:
        if self.between is None and self.weekdays is None:
            raise ValueError("Say “between” which times, on which “weekdays”, or both.")
        if self.between is not None and self.between[0] == self.between[1]:
            raise ValueError("The two times must differ.")
        return self

    @property
    def times(self) -> tuple[dt.time, dt.time] | None:
        return tuple(map(dt.time.fromisoformat, self.between)) if self.between else None  # type: ignore[return-value]


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
    | EventAggregateCondition
    | EventRecencyCondition
    | EventSequenceCondition
    | EventRepeatCondition
    | PageViewCondition
    | MessageCondition
    | SegmentCondition
    | BucketCondition
    | LocalTimeCondition,
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
