"""Planning: everybody in the audience gets exactly one row, due or skipped."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from campaigns.lifecycle import cancel_campaign, launch_campaign, pause_campaign
from campaigns.models import Batch, Campaign, Delivery
from campaigns.planning import writer
from campaigns.planning import dry_run, plan_campaign, plan_due_campaigns
from campaigns.plans import Decision, Plan
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

Reason = Delivery.Reason
Status = Delivery.Status


def reasons_of(campaign: Campaign) -> Counter[str]:
    return Counter(campaign.deliveries.values_list("reason", flat=True))


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


def test_a_dry_run_says_the_same_as_the_plan_and_writes_nothing(site: Site, now: dt.datetime) -> None:
    for zone in ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", ""):
        make_reachable(site, timezone=zone)
    factories.make_subscriber(site)
    campaign = factories.make_campaign(
        site,
        schedule=Campaign.Schedule.LOCAL,
        local_date=now.date(),
        local_time=dt.time(18),
        late_policy=Campaign.LatePolicy.SKIP,
    )
    foreseen = dry_run(campaign, now=now)
    assert not Delivery.objects.exists()
    assert not Batch.objects.exists()
    launch_campaign(campaign, now=now)
    assert plan_campaign(campaign, now=now) == foreseen
    assert foreseen.audience == 5
    assert foreseen.planned == 3
    assert foreseen.skipped_by_reason == {Reason.NEVER_SUBSCRIBED: 1, Reason.TOO_LATE: 1}
    assert foreseen.site_zone_count == 1
    assert foreseen.by_due == [
        (dt.datetime(2026, 11, 21, 12, 15, tzinfo=dt.UTC), "Asia/Kathmandu", 1),
        (dt.datetime(2026, 11, 21, 17, tzinfo=dt.UTC), "Europe/Berlin", 2),
    ]


def test_a_dry_run_remarks_on_zones_lateness_and_misspelt_keys(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = factories.make_campaign(
        site,
        title="Hello {{ subscriber.frist_name }}",
        schedule=Campaign.Schedule.LOCAL,
        local_date=now.date(),
        local_time=dt.time(8),
        late_policy=Campaign.LatePolicy.NEXT_DAY,
    )
    remarks = " ".join(dry_run(campaign, now=now).remarks)
    assert "site’s is used, Europe/Berlin" in remarks
    assert "the next day" in remarks
    assert "frist_name" in remarks


def test_a_dry_run_of_an_unfinished_draft_says_what_is_missing(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site, schedule=Campaign.Schedule.LOCAL)
    assert "Choose the date and the time of day at which it is sent." in dry_run(campaign, now=now).remarks


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_plan_a_campaign_twice(now: dt.datetime) -> None:
    site = factories.make_site()
    for _ in range(20):
        make_reachable(site)
    campaign = factories.make_campaign(site)
    launch_campaign(campaign, now=now)
    start, planned = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        planned.append(plan_due_campaigns(now=now))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(planned) == 1
    assert campaign.deliveries.count() == 20


class SlowWriter:
    """Writing a plan that waits in the middle, in a thread of its own, until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, campaign: Campaign, now: dt.datetime) -> None:
        self.plans: list[Plan | None] = []
        self._writing, self._go_on = threading.Event(), threading.Event()
        write = planning._Writer.write

        def write_slowly(writer: planning._Writer, decisions: list[Decision]) -> None:
            write(writer, decisions)
            self._writing.set()
            self._go_on.wait(timeout=10)

        def work() -> None:
            self.plans.append(plan_campaign(campaign, now=now))
            connection.close()

        monkeypatch.setattr(planning._Writer, "write", write_slowly)
        self._thread = threading.Thread(target=work)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._writing.wait(timeout=10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")

    def __exit__(self, *error: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        self._go_on.set()
        self._thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("stop", "status"), [(pause_campaign, "paused"), (cancel_campaign, "cancelled")])
def test_a_campaign_is_stopped_at_once_while_it_is_being_planned(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch, stop: Callable[..., Campaign], status: str
) -> None:
    site = factories.make_site()
    make_reachable(site)
    campaign = factories.make_campaign(site)
    launch_campaign(campaign, now=now)
    writer = SlowWriter(monkeypatch, campaign, now)
    with writer:
        assert stop(campaign, now=now).status == status
    campaign.refresh_from_db()
    assert campaign.status == status
    assert writer.plans == [None]
    assert not campaign.deliveries.exists()


@pytest.mark.django_db(transaction=True)
def test_a_campaign_that_is_being_planned_has_its_segments_rebuilt_only_once(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = factories.make_site()
    make_reachable(site)
    segment = factories.make_segment(site)
    campaign = make_segmented(site, include=[segment])
    launch_campaign(campaign, now=now)
    writer = SlowWriter(monkeypatch, campaign, now)
    with writer:
        assert plan_due_campaigns(now=now + dt.timedelta(seconds=5)) == 0
    segment.refresh_from_db()
    assert segment.refreshed_at == now
    assert [plan.planned for plan in writer.plans if plan] == [1]
