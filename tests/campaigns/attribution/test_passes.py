"""Passes count what came since the last one, whatever it is and however late; a recount comes to the same."""

import datetime as dt
from random import Random
from typing import Any

import pytest
from django.db import OperationalError

from campaigns.attribution import attribute_open_runs, attribute_run, passes, recompute
from campaigns.attribution.passes import MARGIN
from campaigns.attribution.scope import LATENESS
from campaigns.events import make_push_event
from campaigns.goals import GoalError
from campaigns.models import Batch, Campaign, Conversion, Occurrence, SendingPolicy
from campaigns.tokens import DeliveryKey
from subscribers.identities import delete_subscribers
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.attribution.world import (
    DAY,
    HOUR,
    PURCHASE,
    buy,
    close_planning,
    deliver,
    find_conversions,
    find_credits,
    make_counting,
    make_recipient,
    merge,
    react,
)
from tests.chance import draw_numbers
from tests.factories import NOW
from tracking.log import record_events
from tracking.models import Event, InboxItem, LogStart

LATER = NOW + 6 * HOUR


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return make_counting(site)


def count(campaign: Campaign, *, now: dt.datetime = LATER) -> int:
    close_planning(campaign)
    return attribute_open_runs(now=now)


def make_batch(campaign: Campaign) -> Batch:
    return Batch.objects.create(campaign=campaign, occurrence=1, due_at=NOW)


def converted_of(person: Subscriber) -> list[Event]:
    return list(
        Event.objects.filter(subscriber=person, event_type__name="$converted").order_by("occurred_at")
    )


def test_what_people_did_after_a_click_or_a_look_or_neither_is_counted(campaign: Campaign) -> None:
    clicker, viewer, other, idle = (make_recipient(campaign) for _ in range(4))
    react(campaign, clicker, "clicked", NOW + HOUR)
    react(campaign, viewer, "displayed", NOW + HOUR)
    for hour, person in ((2, clicker), (3, viewer), (4, other)):
        buy(person, NOW + hour * HOUR, price=10 * hour)
    count(campaign)
    assert find_credits(campaign) == ["click", "view", "none"]
    assert list(Conversion.objects.order_by("pk").values_list("revenue", flat=True)) == [20, 30, 40]
    assert not Conversion.objects.filter(subscriber_id=idle.pk).exists()


def test_those_held_out_are_followed_in_the_same_way_and_owe_it_to_nothing(campaign: Campaign) -> None:
    person = make_recipient(campaign, held_out=True)
    buy(person, NOW + HOUR)
    count(campaign)
    assert find_credits(campaign) == ["none"]


def test_whoever_could_not_have_got_it_is_not_followed(campaign: Campaign) -> None:
    person = make_recipient(campaign, status="skipped", reason="unsubscribed", sent_at=None, due_at=None)
    buy(person, NOW + HOUR)
    assert count(campaign) == 0


def test_only_events_that_pass_the_goals_tests_count(campaign: Campaign) -> None:
    test = {"property": "price", "operator": "at_least", "value": 50}
    Campaign.objects.update(goal={**PURCHASE, "where": [test]}, counts_every_conversion=True)
    person = make_recipient(campaign)
    buy(person, NOW + HOUR, price=49)
    dear = buy(person, NOW + 2 * HOUR, price=50)
    count(campaign)
    assert list(Conversion.objects.values_list("event_id", flat=True)) == [dear]


@pytest.mark.parametrize(
    ("price", "revenue"), [(12.5, 12.5), (0, 0.0), (-3, -3.0), ("12", 12.0), (None, None), (1e300, None)]
)
def test_revenue_is_the_number_in_the_property(
    campaign: Campaign, price: object, revenue: float | None
) -> None:
    buy(make_recipient(campaign), NOW + HOUR, price=price)
    count(campaign)
    assert Conversion.objects.get().revenue == revenue


def test_looking_again_changes_nothing(campaign: Campaign) -> None:
    buy(make_recipient(campaign), NOW + HOUR)
    assert count(campaign) == 1
    assert attribute_open_runs(now=LATER) == 0
    assert recompute(campaign, now=LATER) == 0


def test_an_event_that_comes_late_is_counted_and_takes_the_place_of_a_later_one(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    buy(person, NOW + 5 * HOUR)
    count(campaign)
    early = buy(person, NOW + HOUR, received_at=LATER + HOUR)
    attribute_open_runs(now=LATER + 2 * HOUR)
    assert list(Conversion.objects.values_list("event_id", flat=True)) == [early]


def test_a_click_that_is_reported_late_changes_to_what_an_event_is_owed(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    buy(person, NOW + 3 * HOUR)
    count(campaign)
    react(campaign, person, "clicked", NOW + 2 * HOUR, now=LATER + HOUR)
    attribute_open_runs(now=LATER + 2 * HOUR)
    assert find_credits(campaign) == ["click"]


def test_who_was_moved_by_quiet_hours_is_followed_from_their_new_due_time(campaign: Campaign) -> None:
    SendingPolicy.objects.create(site=campaign.site, quiet_from=dt.time(12), quiet_until=dt.time(18))
    person = make_recipient(campaign, status="planned", sent_at=None, batch=make_batch(campaign))
    buy(person, NOW + HOUR)
    count(campaign)
    assert find_credits(campaign) == ["none"]
    sent_at = LATER + HOUR
    campaign.deliveries.update(due_at=LATER, status="sent", sent_at=sent_at, deferred=True)
    key = DeliveryKey(campaign.pk, 1, person.pk)
    sent = make_push_event(campaign, key, "sent", person_id=person.pk, at=sent_at)
    record_events(campaign.site, [sent], received_at=sent_at)
    attribute_open_runs(now=sent_at + HOUR)
    assert find_conversions(campaign) == set()


def test_what_somebody_did_before_they_were_known_counts_once_they_are(campaign: Campaign) -> None:
    known, visitor = make_recipient(campaign), factories.make_subscriber(campaign.site)
    buy(visitor, NOW + HOUR)
    assert count(campaign) == 0
    merge(visitor, known, now=LATER)
    attribute_open_runs(now=LATER + HOUR)
    assert Conversion.objects.get().subscriber_id == known.pk


def test_a_delivery_follows_its_person_into_the_one_they_turned_out_to_be(campaign: Campaign) -> None:
    visitor, known = make_recipient(campaign), factories.make_subscriber(campaign.site)
    react(campaign, visitor, "clicked", NOW + HOUR)
    merge(visitor, known, now=NOW + 2 * HOUR)
    buy(known, NOW + 3 * HOUR)
    count(campaign)
    assert find_credits(campaign) == ["click"]
    assert Conversion.objects.get().subscriber_id == visitor.pk
    assert len(converted_of(known)) == 1


def test_one_event_of_two_who_are_one_is_one_conversion(campaign: Campaign) -> None:
    visitor, known = make_recipient(campaign), make_recipient(campaign)
    buy(visitor, NOW + HOUR)
    buy(known, NOW + 2 * HOUR)
    count(campaign)
    assert len(find_conversions(campaign)) == 2
    merge(visitor, known, now=LATER)
    attribute_open_runs(now=LATER + HOUR)
    assert find_credits(campaign) == ["none"]


def test_a_conversion_that_is_owed_to_the_push_is_an_event_of_its_person(campaign: Campaign) -> None:
    person, held_out = make_recipient(campaign), make_recipient(campaign, held_out=True)
    react(campaign, person, "clicked", NOW + HOUR)
    for each in (person, held_out):
        buy(each, NOW + 2 * HOUR, price=20)
    count(campaign)
    recompute(campaign, now=LATER + HOUR)
    (event,) = converted_of(person)
    assert event.occurred_at == NOW + 2 * HOUR
    assert event.properties == {
        "campaign": campaign.pk, "campaign_name": campaign.name,
        "event": "purchase", "credit": "click", "revenue": 20,
    }  # fmt: skip
    assert converted_of(held_out) == []


def test_a_request_that_still_waits_is_not_missed_when_it_is_applied(campaign: Campaign) -> None:
    waiting = InboxItem.objects.create(site=campaign.site, shard=0, payload={}, received_at=NOW + HOUR)
    person = make_recipient(campaign)
    count(campaign)
    assert Occurrence.objects.get().attributed_through == NOW + HOUR - MARGIN
    waiting.delete()
    buy(person, NOW + HOUR)
    attribute_open_runs(now=LATER + HOUR)
    assert find_credits(campaign) == ["none"]
    assert Occurrence.objects.get().attributed_through == LATER + HOUR - MARGIN


def test_conversions_of_somebody_deleted_are_forgotten(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    buy(person, NOW + HOUR)
    count(campaign)
    delete_subscribers([person], now=LATER)
    attribute_open_runs(now=LATER)
    assert find_conversions(campaign) == set()


def test_what_the_log_has_forgotten_stays_counted(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    react(campaign, person, "clicked", NOW + HOUR)
    buy(person, NOW + 2 * HOUR, price=10)
    count(campaign)
    before = find_conversions(campaign)
    LogStart.objects.create(begins_at=NOW + 5 * HOUR)
    Event.objects.filter(occurred_at__lt=NOW + 5 * HOUR).delete()
    buy(person, LATER)
    attribute_open_runs(now=LATER + HOUR)
    recompute(campaign, now=LATER + HOUR)
    assert find_conversions(campaign) == before


def test_a_pass_that_breaks_off_is_gone_on_with_by_the_next(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        buy(make_recipient(campaign), NOW + HOUR)
    close_planning(campaign)
    monkeypatch.setattr(passes, "CHUNK", 1)
    count_chunk, chunks = passes._count_chunk, iter([True, False])

    def break_off(*args: Any, **values: Any) -> int:
        if not next(chunks, True):
            raise OperationalError
        return count_chunk(*args, **values)

    monkeypatch.setattr(passes, "_count_chunk", break_off)
    attribute_open_runs(now=LATER)
    assert len(find_conversions(campaign)) == 1
    assert Occurrence.objects.get().attributed_through is None
    assert attribute_open_runs(now=LATER) == 2
    assert len(find_conversions(campaign)) == 3


def test_each_run_of_a_campaign_counts_by_itself(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    factories.make_occurrence(campaign, number=2, as_of=NOW + DAY)
    deliver(campaign, person, occurrence=2, due_at=NOW + DAY, sent_at=NOW + DAY)
    react(campaign, person, "clicked", NOW + DAY + HOUR, occurrence=2)
    buy(person, NOW + DAY + 2 * HOUR)
    count(campaign, now=NOW + 2 * DAY)
    rows = Conversion.objects.order_by("occurrence").values_list("occurrence", "credit")
    assert list(rows) == [(1, "none"), (2, "click")]
    assert len(converted_of(person)) == 1


def test_a_run_is_followed_until_nothing_more_can_come(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    close_planning(campaign)
    Occurrence.objects.update(finished_at=NOW)
    closes_at = NOW + campaign.ttl + 3 * DAY + LATENESS
    attribute_open_runs(now=closes_at - HOUR)
    assert Occurrence.objects.get().attributed_through == closes_at - HOUR - MARGIN
    buy(person, NOW + HOUR, received_at=closes_at)
    attribute_open_runs(now=closes_at)
    assert find_conversions(campaign) == set()
    recompute(campaign, now=closes_at)
    assert find_credits(campaign) == ["none"]


def test_a_recount_after_another_goal_leaves_nothing_of_the_old_one(campaign: Campaign) -> None:
    buy(make_recipient(campaign), NOW + HOUR)
    count(campaign)
    campaign.goal = {**PURCHASE, "event": "signup"}
    campaign.save()
    assert recompute(campaign, now=LATER) == 1
    assert find_conversions(campaign) == set()
    campaign.goal = None
    assert recompute(campaign, now=LATER) == 0


def test_a_goal_that_cannot_be_read_keeps_nobody_from_counting_the_others(site: Site) -> None:
    broken, fine = make_counting(site, goal={"type": "event"}), make_counting(site)
    for campaign in (broken, fine):
        buy(make_recipient(campaign), NOW + HOUR)
        close_planning(campaign)
    assert attribute_open_runs(now=LATER) == 1
    with pytest.raises(GoalError):
        attribute_run(broken.occurrences.get(), now=LATER)


@pytest.mark.law
@pytest.mark.parametrize("seed", draw_numbers(10))
def test_passes_in_whatever_order_things_come_give_what_a_recount_gives(site: Site, seed: int) -> None:
    chance = Random(seed)
    campaign = make_counting(
        site, counts_every_conversion=chance.random() < 0.5, view_window=chance.choice([None, 4 * HOUR])
    )
    people = [make_recipient(campaign, held_out=chance.random() < 0.3) for _ in range(6)]
    people += [factories.make_subscriber(site) for _ in range(2)]
    close_planning(campaign)
    merged: set[int] = set()
    clock = NOW
    for _ in range(40):
        clock += chance.random() * 6 * HOUR
        person = chance.choice([each for each in people if each.pk not in merged])
        happened_at = NOW + chance.random() * (clock - NOW)
        match chance.choice(["buy", "buy", "displayed", "clicked", "merge", "pass", "pass"]):
            case "buy":
                buy(person, happened_at, received_at=clock, price=chance.randint(1, 99))
            case "merge" if len(merged) < 3 and person is not people[0]:
                merge(person, people[0], now=clock)
                merged.add(person.pk)
            case "pass":
                attribute_open_runs(now=clock)
            case kind if kind in ("displayed", "clicked") and campaign.deliveries.filter(
                subscriber=person, status__in=["sent", "displayed", "clicked"]
            ):
                react(campaign, person, kind, happened_at, now=clock)
    clock += 5 * MARGIN
    attribute_open_runs(now=clock)
    assert find_conversions(campaign)
    counted = find_conversions(campaign)
    assert recompute(campaign, now=clock) == 0
    Conversion.objects.all().delete()
    recompute(campaign, now=clock)
    assert find_conversions(campaign) == counted


def test_a_pass_by_a_clock_ahead_of_time_leaves_out_nobody(campaign: Campaign) -> None:
    person = make_recipient(campaign)
    close_planning(campaign)
    attribute_open_runs(now=LATER + DAY)
    buy(person, NOW + HOUR)

    attribute_open_runs(now=LATER)

    assert find_credits(campaign) == ["none"]
    assert Occurrence.objects.get().attributed_through == LATER - MARGIN
