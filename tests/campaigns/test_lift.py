"""Lift compares whole groups as they were drawn, says how sure it is, and warns where it should not be trusted."""

import datetime as dt
import uuid
from typing import Any

import pytest

from campaigns.lift import Lift, measure_lift
from campaigns.models import Campaign, Conversion, Delivery, Occurrence
from campaigns.statistics import find_wilson, subtract
from subscribers.ids import take_ids
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OVER = NOW + 9 * DAY
GOAL = {"type": "event", "event": "purchase", "where": []}
Status = Delivery.Status
SENT: dict[str, Any] = {"status": Status.SENT, "sent_at": NOW}
HELD_OUT: dict[str, Any] = {"status": Status.SKIPPED, "reason": "holdout"}


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return factories.make_campaign(site, goal=GOAL, holdout_percent=20)


def add_people(
    campaign: Campaign, number: int, converted: int = 0, *, revenue: float = 10, run: int = 1, **values: Any
) -> list[Subscriber]:
    """Deliveries of so many new people, the first of whom converted an hour after they were due."""
    people = Subscriber.objects.bulk_create(
        take_ids(Subscriber(site=campaign.site, created_at=NOW, last_seen_at=NOW) for _ in range(number))
    )
    deliver(campaign, people, run=run, **values)
    for person in people[:converted]:
        convert(campaign, person, revenue=revenue, run=run)
    return people


def deliver(campaign: Campaign, people: list[Subscriber], *, run: int = 1, **values: Any) -> None:
    factories.make_occurrence(campaign, number=run, attributed_through=NOW)
    defaults = {"occurrence": run, "due_at": NOW}
    Delivery.objects.bulk_create(
        Delivery(campaign=campaign, subscriber=person, **{**defaults, **values}) for person in people
    )


def convert(
    campaign: Campaign, person: Subscriber, *, at: dt.datetime = NOW + HOUR, run: int = 1,
    revenue: float | None = 10, event_id: uuid.UUID | None = None,
) -> None:  # fmt: skip
    Conversion.objects.create(
        campaign=campaign, occurrence=run, subscriber_id=person.pk, event_id=event_id or uuid.uuid4(),
        converted_at=at, credit="none", revenue=revenue,
    )  # fmt: skip


def measure(campaign: Campaign, *, now: dt.datetime = OVER) -> Lift:
    lift = measure_lift(campaign, now=now)
    assert lift is not None
    return lift


def test_lift_is_the_difference_between_those_it_was_meant_for_and_those_held_out(campaign: Campaign) -> None:
    add_people(campaign, 800, 80, **SENT)
    add_people(campaign, 200, 10, **HELD_OUT)
    lift = measure(campaign)
    assert (lift.meant.people, lift.meant.converted) == (800, 80)
    assert (lift.held_out.people, lift.held_out.converted) == (200, 10)
    assert lift.conversions.difference == subtract(find_wilson(80, 800), find_wilson(10, 200))
    assert lift.conversions.relative is not None
    assert lift.conversions.relative.value == pytest.approx(1.0)
    assert lift.conversions.relative.interval.low > 0
    assert lift.conversions.p == pytest.approx(0.0272, abs=5e-4)
    assert lift.warnings == []
    assert lift.sentence == (
        "10.0 % of 800 people whom it was meant for converted, and 5.0 % of 200 who were held out: "
        "5.0 points more (with 95 % confidence between +0.6 and +8.2)."
    )


def test_revenue_is_compared_per_person_whoever_spent_nothing_included(campaign: Campaign) -> None:
    campaign.revenue_property = "price"
    add_people(campaign, 80, 40, revenue=30, **SENT)
    add_people(campaign, 20, 5, revenue=20, **HELD_OUT)
    lift = measure(campaign)
    assert lift.revenue is not None
    assert lift.meant.revenue_per_person.value == 15
    assert lift.held_out.revenue_per_person.value == 5
    assert lift.revenue.difference.value == 10
    campaign.revenue_property = ""
    assert measure(campaign).revenue is None


@pytest.mark.parametrize(
    "outcome",
    [
        {"status": Status.FAILED, "reason": "gone"},
        {"status": Status.EXPIRED, "reason": "ttl"},
        {"status": Status.SKIPPED, "reason": "frequency_cap"},
        {"status": Status.SKIPPED, "reason": "too_late"},
        {"status": Status.SKIPPED, "reason": "left_audience"},
    ],
)
def test_whoever_was_drawn_to_be_sent_to_counts_whatever_became_of_it(
    campaign: Campaign, outcome: dict[str, Any]
) -> None:
    add_people(campaign, 5, **SENT)
    add_people(campaign, 3, 1, **outcome)
    add_people(campaign, 2, **HELD_OUT)
    lift = measure(campaign)
    assert (lift.meant.people, lift.meant.converted) == (8, 1)


@pytest.mark.parametrize(
    "outcome",
    [
        {"status": Status.SKIPPED, "reason": "unsubscribed", "due_at": None},
        {"status": Status.SKIPPED, "reason": "control_group"},
        {**SENT, "due_at": OVER + HOUR},
    ],
)
def test_whoever_could_not_be_drawn_or_is_not_due_yet_does_not_count(
    campaign: Campaign, outcome: dict[str, Any]
) -> None:
    add_people(campaign, 5, **SENT)
    add_people(campaign, 3, **outcome)
    add_people(campaign, 2, **HELD_OUT)
    assert measure(campaign).meant.people == 5


def test_conversions_count_within_the_longest_window_after_somebody_was_due(campaign: Campaign) -> None:
    people = add_people(campaign, 3, **SENT)
    add_people(campaign, 1, **HELD_OUT)
    times = [NOW, NOW + 3 * DAY - dt.timedelta.resolution, NOW + 3 * DAY]
    for person, at in zip(people, times, strict=True):
        convert(campaign, person, at=at)
    assert measure(campaign).meant.converted == 2


@pytest.mark.parametrize(("every", "revenue"), [(False, 10), (True, 30)])
def test_a_persons_first_purchase_is_compared_or_all_of_them(
    campaign: Campaign, every: bool, revenue: float
) -> None:
    campaign.counts_every_conversion = every
    (person,) = add_people(campaign, 1, **SENT)
    add_people(campaign, 1, **HELD_OUT)
    convert(campaign, person, at=NOW + 2 * HOUR, revenue=20)
    convert(campaign, person, at=NOW + HOUR, revenue=10)
    lift = measure(campaign)
    assert (lift.meant.converted, lift.meant.revenue_per_person.value) == (1, revenue)


def test_in_a_campaign_that_repeats_a_person_and_an_event_count_once(campaign: Campaign) -> None:
    campaign.counts_every_conversion, campaign.schedule = True, Campaign.Schedule.RECURRING
    sent, held = add_people(campaign, 2, **SENT), add_people(campaign, 1, **HELD_OUT)
    deliver(campaign, sent, run=2, **SENT)
    deliver(campaign, held, run=2, **HELD_OUT)
    event = uuid.uuid4()
    for run in (1, 2):
        convert(campaign, sent[0], run=run, event_id=event, revenue=10)
    lift = measure(campaign)
    assert (lift.meant.people, lift.meant.converted, lift.held_out.people) == (2, 1, 1)
    assert lift.meant.spending.total == 10


def test_without_a_goal_or_a_holdout_there_is_no_lift(campaign: Campaign) -> None:
    add_people(campaign, 3, 1, **SENT)
    assert measure_lift(campaign, now=OVER) is None
    add_people(campaign, 3, 1, **HELD_OUT)
    assert measure_lift(campaign, now=OVER) is not None
    campaign.goal = None
    assert measure_lift(campaign, now=OVER) is None


@pytest.mark.parametrize(
    ("meant", "held_out", "warning"),
    [
        ((320, 40), (80, 5), "Only 80 people are held out"),
        ((800, 40), (200, 5), "40 of those it was meant for and 5 of those held out converted: too few"),
        ((800, 42), (200, 10), "would show one of 4.8 points or more"),
    ],
)
def test_groups_that_are_too_small_are_warned_of(
    campaign: Campaign, meant: tuple[int, int], held_out: tuple[int, int], warning: str
) -> None:
    add_people(campaign, *meant, **SENT)
    add_people(campaign, *held_out, **HELD_OUT)
    assert [warning in each for each in measure(campaign).warnings] == [True]


def test_groups_whose_sizes_are_off_are_warned_of(campaign: Campaign) -> None:
    add_people(campaign, 800, 80, **SENT)
    add_people(campaign, 120, 2 * 10, **HELD_OUT)
    warnings = " ".join(measure(campaign).warnings)
    assert "120 of 920 people are held out, where 20 % would be about 184" in warnings
    assert "Do not trust this comparison" in warnings


def test_a_window_that_is_still_open_is_warned_of(campaign: Campaign) -> None:
    add_people(campaign, 800, 80, **SENT)
    add_people(campaign, 200, 10, **HELD_OUT)
    assert measure(campaign, now=NOW + 3 * DAY).warnings == []
    (warning,) = measure(campaign, now=NOW + DAY).warnings
    assert "the last of them until 24 Nov 2026, 13:00 (Europe/Berlin)" in warning


def test_conversions_that_were_not_counted_yet_are_warned_of(campaign: Campaign) -> None:
    add_people(campaign, 800, 80, **SENT)
    add_people(campaign, 200, 10, **HELD_OUT)
    Occurrence.objects.update(attributed_through=None, planned_at=NOW, audience=1000)
    assert measure(campaign).warnings == ["Conversions are still being counted."]


def test_revenue_made_by_a_few_is_warned_of(campaign: Campaign) -> None:
    campaign.revenue_property = "price"
    people = add_people(campaign, 800, 160, **SENT)
    add_people(campaign, 200, 20, **HELD_OUT)
    assert measure(campaign).warnings == []
    convert(campaign, people[500], revenue=50_000)
    assert "A few large amounts" in measure(campaign).warnings[0]
