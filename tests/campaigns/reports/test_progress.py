"""How far a run is: who is due, what goes on, how fast, until when; read without counting everybody each time."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Delivery, PushHost
from campaigns.reports import Progress, read_progress
from campaigns.reports.pace import foresee_end
from subscribers.models import Site
from tests import factories
from tests.campaigns.reports.reached import reach
from tests.factories import NOW

Status = Delivery.Status
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return factories.make_campaign(site, status="running", launched_at=NOW)


def wait(
    campaign: Campaign, *, due_at: dt.datetime = NOW, awaits_winner: bool = False, run: int = 1
) -> Delivery:
    batch = campaign.batches.create(occurrence=run, due_at=due_at, awaits_winner=awaits_winner)
    return reach(campaign, Status.PLANNED, occurrence=run, batch=batch, due_at=due_at)


def read(campaign: Campaign, now: dt.datetime = NOW) -> Progress:
    finish_planning(campaign)
    return read_progress(campaign, now=now)


def finish_planning(campaign: Campaign) -> None:
    for run in campaign.occurrences.filter(planned_at=None):
        run.audience = run.waiting + run.sent + run.failed + run.expired + run.skipped
        run.planned_at = NOW
        run.save()


def test_who_waits_is_due_or_later_or_waits_for_the_winner(campaign: Campaign) -> None:
    wait(campaign, due_at=NOW)
    wait(campaign, due_at=NOW + HOUR)
    wait(campaign, due_at=NOW, awaits_winner=True)

    everybody = read(campaign).everybody

    assert (everybody.due, everybody.later, everybody.awaiting_winner) == (1, 1, 1)
    assert everybody.next_due_at == NOW + HOUR


def test_time_zones_are_told_apart_and_skipped_people_are_in_none(campaign: Campaign) -> None:
    reach(campaign, timezone="Asia/Tokyo")
    reach(campaign, Status.FAILED, reason="gone", timezone="Asia/Tokyo")
    reach(campaign, Status.SENT)
    reach(campaign, Status.SKIPPED, reason="excluded", timezone="Asia/Tokyo")

    zones = read(campaign).zones

    assert [(zone.timezone, zone.sent, zone.ended, zone.total) for zone in zones] == [
        ("Asia/Tokyo", 1, 1, 2),
        ("Europe/Berlin", 1, 0, 1),
    ]


def test_it_is_about_the_run_under_way(campaign: Campaign) -> None:
    reach(campaign, occurrence=1)
    wait(campaign, run=2)
    wait(campaign, run=3)

    progress = read(campaign)

    assert progress.run is not None
    assert (progress.run.number, progress.runs) == (2, 3)
    assert progress.outcomes.audience == 1


def test_after_the_last_run_it_is_about_that(campaign: Campaign) -> None:
    reach(campaign, occurrence=1)
    reach(campaign, occurrence=2)

    run = read(campaign).run

    assert run is not None
    assert run.number == 2


def test_planning_tells_how_many_people_it_has_been_through(campaign: Campaign) -> None:
    people = [factories.make_subscriber(campaign.site) for _ in range(4)]
    factories.make_occurrence(campaign, planned_through=people[1].pk)

    assert read_progress(campaign, now=NOW).planning == 0.5


def test_planned_is_planned(campaign: Campaign) -> None:
    wait(campaign)

    assert read(campaign).planning is None


def test_the_pace_is_that_of_the_last_minutes(campaign: Campaign) -> None:
    deliveries = [wait(campaign) for _ in range(3)]
    first = read(campaign, NOW)
    for delivery in deliveries[:2]:
        Delivery.objects.filter(pk=delivery.pk).update(status="sent", sent_at=NOW)
    second = read(campaign, NOW + 30 * SECOND)

    assert first.pace is None
    assert second.pace == 4
    assert second.ends_at == NOW + 45 * SECOND


def test_a_paused_campaign_has_no_pace(campaign: Campaign) -> None:
    campaign.status = Campaign.Status.PAUSED
    wait(campaign)
    read(campaign, NOW)

    assert read(campaign, NOW + MINUTE).pace is None


@pytest.mark.parametrize(
    ("ready", "pace", "last", "end"),
    [
        (60, 30.0, None, NOW + 2 * MINUTE),
        (60, 30.0, NOW + HOUR, NOW + HOUR),
        (0, None, NOW + HOUR, NOW + HOUR),
        (60, None, None, None),
        (60, 0.0, NOW + HOUR, None),
    ],
)
def test_the_end_is_foreseen_from_the_pace_and_the_last_one_due(
    ready: int, pace: float | None, last: dt.datetime | None, end: dt.datetime | None
) -> None:
    assert foresee_end(ready, pace, last_due_at=last, now=NOW) == end


def test_push_services_that_are_left_alone_are_named(campaign: Campaign) -> None:
    wait(campaign)
    PushHost.objects.create(host="slow.example", closed_until=NOW + MINUTE, reason="503", changed_at=NOW)
    PushHost.objects.create(host="well.example", closed_until=NOW, changed_at=NOW)

    assert [host.host for host in read(campaign).closed_hosts] == ["slow.example"]


def test_deliveries_are_not_gone_through_each_time(campaign: Campaign) -> None:
    wait(campaign)
    read(campaign, NOW)

    with CaptureQueriesContext(connection) as queries:
        again = read_progress(campaign, now=NOW + SECOND)

    assert not any("campaigns_delivery" in query["sql"] for query in queries)
    assert again.zones_as_of == NOW


def test_what_was_gone_through_long_ago_is_gone_through_again(campaign: Campaign) -> None:
    wait(campaign)
    read(campaign, NOW)

    assert read(campaign, NOW + 2 * MINUTE).zones_as_of == NOW + 2 * MINUTE
