"""The rule as a tree: one immutable class for each kind of node of the rule language, version 1."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, StrictBool, StrictInt, Tag, model_validator

from segments.rules.comparisons import Comparison, Count, PropertyComparison, UrlComparison
from segments.rules.operators import Family
from segments.rules.values import MOST_VALUES, Id, Name, Number
from segments.rules.windows import Node, Window

PROFILE_FIELDS = (
    "country", "region", "city", "timezone", "language", "external_id", "email", "created_at", "last_seen_at", "source",
)  # fmt: skip


class AttributeCondition(Comparison):
    type: Literal["attribute"]
    key: Name


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
        return self


class DeviceCondition(Comparison):
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
    where: Annotated[tuple[PropertyComparison, ...], Field(max_length=20)] = ()


class PageViewCondition(Node):
    type: Literal["page_view"]
    url: UrlComparison | None = None
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
