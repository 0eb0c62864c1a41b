"""The nodes that ask what somebody did."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from segments.rules.comparisons import SOME_INSTANT, Comparison, Count, PropertyComparison, UrlComparison
from segments.rules.operators import Family
from segments.rules.values import CleanName, Id, Key, Truth
from segments.rules.windows import Duration, Node, Window

Where = Annotated[tuple[PropertyComparison, ...], Field(max_length=20)]
MOST_STEPS = 6


class EventCondition(Node):
    """Events of one name in a window, all tests holding on the same event. No `count`: at least one."""

    type: Literal["event"]
    event: CleanName
    count: Count | None = None
    within: Window | None = None
    where: Where = ()


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


class EventAggregateCondition(Comparison):
    """A number made of one property of all such events: total, average (to 10 decimals), extremes, different values.

    Events without the property (without a number in it, but for `distinct`) do not count. The total of none is 0, and so
    is the number of different values; of the others there is none then, and no comparison with it holds.
    """

    type: Literal["event_aggregate"]
    event: CleanName
    function: Literal["sum", "average", "minimum", "maximum", "distinct"]
    property: Key
    within: Window | None = None
    where: Where = ()

    @model_validator(mode="after")
    def check_family(self) -> Self:
        if Family.NUMBER not in self.families:
            raise ValueError("This compares a number; choose an operator for numbers.")
        return self

    @cached_property
    def is_zero_of_nothing(self) -> bool:
        return self.function in {"sum", "distinct"}

    @cached_property
    def takes_nothing(self) -> bool:
        """Whether the test, or the positive twin of a `not_…`, holds for who has no such events."""
        row, operand = self.prepare(Family.NUMBER, SOME_INSTANT)
        return self.is_zero_of_nothing and bool(row.holds(Decimal(0), operand))


class EventRecencyCondition(Comparison):
    """A test of the first or last time at which somebody did something."""

    type: Literal["event_recency"]
    event: CleanName
    occurrence: Literal["first", "last"]

    @model_validator(mode="after")
    def check_family(self) -> Self:
        if Family.TIME not in self.families:
            raise ValueError("This compares a moment; choose an operator for moments.")
        return self


class Step(Node):
    """One step of a sequence. `absent`: it must not have happened there."""

    event: CleanName
    where: Where = ()
    absent: Truth = False


class EventSequenceCondition(Node):
    """Steps one after the other, each later than the one before by no more than `gap`.

    `within` says when the steps that happened lie. An absent step is looked for, whatever the window, before the
    next step or after the last one (until now), no further away from its neighbour than `gap`; between two steps.
    """

    type: Literal["event_sequence"]
    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=MOST_STEPS)]
    within: Window | None = None
    gap: Duration | None = None

    @model_validator(mode="after")
    def check_steps(self) -> Self:
        if all(step.absent for step in self.steps):
            raise ValueError(
                "At least one step must have happened; for what never did, ask for an event at most 0 times."
            )
        return self


class EventRepeatCondition(Node):
    """The same value of one property, again and again."""

    type: Literal["event_repeat"]
    event: CleanName
    property: Key
    count: Count
    within: Window | None = None
    where: Where = ()

    @model_validator(mode="after")
    def check_count(self) -> Self:
        if self.count.operator != "at_least" or self.times < 1:
            raise ValueError("How often the same value occurs is asked as “at_least” 1 or more.")
        return self

    @cached_property
    def times(self) -> int:
        return self.count.span[0]
