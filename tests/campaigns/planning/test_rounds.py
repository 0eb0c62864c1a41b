"""Planning: everybody in the audience gets exactly one row, due or skipped."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, Delivery
from campaigns.planning import plan_campaign, plan_due_campaigns, writer
from campaigns.schedule import choose_zone
from segments.models import Segment
from subscribers.models import PushSubscription, Site
from tests import factories
from tests.campaigns.people import (
    delivery_of,
    in_country,
    make_reachable,
    make_running,
    make_segmented,
    plan,
)
from tests.campaigns.planning.runs import find_run

Reason = Delivery.Reason
Status = Delivery.Status


def test_everybody_living_is_in_the_audience_when_no_segment_is_chosen(site: Site, now: dt.datetime) -> None:
    person = make_reachable(site)
    factories.make_subscriber(site, merged_into=person)
    make_reachable(factories.make_site())
    campaign = make_running(site)
    assert list(campaign.deliveries.values_list("subscriber", "status")) == [(person.pk, Status.PLANNED)]
    assert campaign.status == Campaign.Status.RUNNING


def test_members_of_any_included_segment_are_in_the_audience_once(site: Site) -> None:
    german, french, _ = (make_reachable(site, country=country) for country in ("DE", "FR", "IT"))
    both = factories.make_segment(site, in_country("DE", "FR"))
    one = factories.make_segment(site, in_country("DE"))
    campaign = plan(make_segmented(site, include=[one, both]))
    assert set(campaign.deliveries.values_list("subscriber", flat=True)) == {german.pk, french.pk}


def test_segments_are_brought_up_to_date_before_planning(site: Site, now: dt.datetime) -> None:
    segment = factories.make_segment(site, in_country("DE"))
    plan(make_segmented(site, include=[segment]))
    newcomer = make_reachable(site, country="DE")
    campaign = plan(make_segmented(site, include=[segment]), now=now + dt.timedelta(seconds=1))
    assert delivery_of(campaign, newcomer).status == Status.PLANNED


def test_everybody_who_is_skipped_has_a_row_with_the_reason(site: Site, now: dt.datetime) -> None:
    excluded = make_reachable(site, country="FR")
    never = factories.make_subscriber(site)
    unsubscribed = factories.make_subscriber(site)
    ended = {"ended_at": now, "end_reason": PushSubscription.EndReason.UNSUBSCRIBED}
    factories.make_push_subscription(unsubscribed, **ended)
    late = make_reachable(site, timezone="Pacific/Kiritimati")
    segment = factories.make_segment(site, in_country("FR"))
    campaign = plan(
        make_segmented(
            site,
            exclude=[segment],
            schedule=Campaign.Schedule.LOCAL,
            local_date=now.date(),
            local_time=dt.time(13),
            late_policy=Campaign.LatePolicy.SKIP,
        )
    )
    found = {row.subscriber_id: (row.status, row.reason) for row in campaign.deliveries.all()}
    assert found == {
        excluded.pk: (Status.SKIPPED, Reason.EXCLUDED),
        never.pk: (Status.SKIPPED, Reason.NEVER_SUBSCRIBED),
        unsubscribed.pk: (Status.SKIPPED, Reason.UNSUBSCRIBED),
        late.pk: (Status.SKIPPED, Reason.TOO_LATE),
    }


def test_a_campaign_for_nine_local_is_due_at_nine_on_each_clock(site: Site) -> None:
    zones = [
        "Europe/Berlin",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
        "Australia/Lord_Howe",
        "",
        "Mars/Olympus",
    ]
    people = {zone: make_reachable(site, timezone=zone) for zone in zones}
    campaign = make_running(
        site,
        schedule=Campaign.Schedule.LOCAL,
        local_date=dt.date(2026, 12, 1),
        local_time=dt.time(9),
    )
    for zone, person in people.items():
        delivery = delivery_of(campaign, person)
        known = zone in zones[:4]
        assert delivery.due_at is not None
        clock = delivery.due_at.astimezone(choose_zone(delivery.timezone, "UTC").zone)
        assert clock.replace(tzinfo=None) == dt.datetime(2026, 12, 1, 9)  # noqa: DTZ001 - a wall time
        assert delivery.timezone == (zone if known else "Europe/Berlin")
        assert delivery.timezone_is_site_default != known


def test_people_due_at_the_same_instant_share_batches_of_limited_size(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BATCH", 2)
    for _ in range(5):
        make_reachable(site)
    campaign = make_running(site)
    sizes = sorted(batch.deliveries.count() for batch in campaign.batches.all())
    assert sizes == [1, 2, 2]


def test_a_run_tells_how_many_it_is_for_and_that_it_is_planned(site: Site, now: dt.datetime) -> None:
    last = [make_reachable(site), make_reachable(site), factories.make_subscriber(site)][-1]
    run = find_run(make_running(site))
    assert (run.audience, run.waiting, run.skipped) == (3, 2, 1)
    assert (run.as_of, run.planned_at, run.planned_through) == (now, now, last.pk)
    assert run.finished_at is None


def test_a_million_rows_would_be_written_in_few_statements(
    site: Site, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(50):
        make_reachable(site)
    campaign = factories.make_campaign(site)
    with django_assert_max_num_queries(50):
        plan(campaign)
    assert find_run(campaign).waiting == 50


def test_an_instant_is_planned_when_it_has_come_and_not_before(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    later = now + dt.timedelta(hours=1)
    campaign = factories.make_campaign(site, schedule=Campaign.Schedule.INSTANT, send_at=later)
    launch_campaign(campaign, now=now)
    assert plan_due_campaigns(now=later - dt.timedelta(seconds=1)) == 0
    assert plan_due_campaigns(now=later) == 1
    assert campaign.batches.get().due_at == later


def test_planning_twice_plans_once(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = factories.make_campaign(site)
    launch_campaign(campaign, now=now)
    assert plan_due_campaigns(now=now) == 1
    assert plan_due_campaigns(now=now) == 0
    assert campaign.deliveries.count() == 1


def test_a_campaign_for_nobody_is_finished_at_once(site: Site, now: dt.datetime) -> None:
    factories.make_subscriber(site)
    campaign = make_running(site)
    assert (campaign.status, campaign.finished_at) == (Campaign.Status.FINISHED, now)


def test_a_campaign_whose_segment_is_broken_is_paused_and_says_why(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    segment = factories.make_segment(site, name="Odd ones")
    campaign = make_segmented(site, exclude=[segment])
    launch_campaign(campaign, now=now)
    Segment.objects.filter(pk=segment.pk).update(rule={"version": 1, "root": {"type": "nonsense"}})
    assert plan_campaign(campaign, now=now) is None
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert "Odd ones" in campaign.status_reason
    assert not campaign.deliveries.exists()
