"""Planning that is interrupted: by a fault, by a pause, by a cancellation, by another worker."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from campaigns.lifecycle import cancel_campaign, launch_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery, Occurrence
from campaigns.planning import plan_campaign, plan_due_campaigns, rounds
from campaigns.planning.chunks import decide_audience
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable, make_segmented
from tests.campaigns.planning.runs import adds_up, before_chunk, find_run, plan_by_twos, reasons_of

Status = Campaign.Status


class KilledError(BaseException):
    """As if the process ended here."""


def plan_until_killed(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, *, before: int, now: dt.datetime
) -> None:
    """Have a worker plan the campaign, and die before it writes the chunk of that number."""

    def kill() -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        before_chunk(patch, before, kill)
        with pytest.raises(KilledError):
            plan_campaign(campaign, now=now)


@pytest.fixture
def campaign(site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Launched, for seven people who are planned by twos."""
    plan_by_twos(monkeypatch)
    for number in range(7):
        make_reachable(site, timezone=("Europe/Berlin", "Asia/Tokyo")[number % 2])
    return launch_campaign(factories.make_campaign(site), now=now)


def test_a_killed_worker_is_followed_by_one_that_goes_on_where_it_stopped(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_until_killed(campaign, monkeypatch, before=2, now=now)
    begun = find_run(campaign)
    assert (begun.audience, begun.waiting, begun.planned_at) == (4, 4, None)
    first = set(campaign.deliveries.values_list("subscriber_id", "batch_id", "due_at"))
    later = now + dt.timedelta(minutes=1)
    assert plan_campaign(campaign, now=later) is not None
    run = find_run(campaign)
    assert (run.audience, run.planned_at, run.as_of) == (7, later, now)
    assert adds_up(run)
    assert first < set(campaign.deliveries.values_list("subscriber_id", "batch_id", "due_at"))
    assert set(campaign.deliveries.values_list("due_at", flat=True)) == {now}


@pytest.mark.parametrize("chunk", range(4))
def test_wherever_it_is_killed_everybody_has_one_row_in_the_end(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    plan_until_killed(campaign, monkeypatch, before=chunk, now=now)
    assert plan_due_campaigns(now=now) == 1
    assert campaign.deliveries.count() == 7
    assert adds_up(find_run(campaign))


def test_nothing_is_claimed_before_the_run_is_planned_to_its_end(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_until_killed(campaign, monkeypatch, before=2, now=now)
    campaign.refresh_from_db()
    assert campaign.status == Status.SCHEDULED


def test_a_pause_is_heeded_before_the_next_chunk(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 1, lambda: pause_campaign(campaign, now=now))
    assert plan_campaign(campaign, now=now) is None
    campaign.refresh_from_db()
    assert campaign.status == Status.PAUSED
    assert find_run(campaign).audience == campaign.deliveries.count() == 2
    assert plan_due_campaigns(now=now) == 0


def test_after_a_pause_the_rest_is_planned_for_the_instant_of_its_end(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        before_chunk(patch, 1, lambda: pause_campaign(campaign, now=now))
        plan_campaign(campaign, now=now)
    later = now + dt.timedelta(hours=5)
    assert resume_campaign(campaign, now=later).status == Status.SCHEDULED
    assert plan_due_campaigns(now=later) == 1
    due = list(campaign.deliveries.order_by("subscriber_id").values_list("due_at", flat=True))
    assert due == [now] * 2 + [later] * 5
    assert adds_up(find_run(campaign))


def test_a_cancellation_in_the_middle_skips_those_planned_so_far_and_plans_nobody_else(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, lambda: cancel_campaign(campaign, now=now))
    assert plan_campaign(campaign, now=now) is None
    campaign.refresh_from_db()
    assert campaign.status == Status.CANCELLED
    assert reasons_of(campaign) == {Delivery.Reason.CANCELLED: 4}
    run = find_run(campaign)
    assert (run.audience, run.skipped, run.planned_at) == (4, 4, now)
    assert plan_due_campaigns(now=now) == 0


def test_what_another_worker_has_written_meanwhile_is_not_written_again(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should the lock between workers ever fail, the run's own row tells how far it is."""
    passed = Occurrence.objects.filter(campaign=campaign)
    before_chunk(monkeypatch, 1, lambda: passed.update(planned_through=10**9))
    assert plan_campaign(campaign, now=now) is None
    assert campaign.deliveries.count() == 2


def test_what_the_database_refuses_is_tried_again_and_keeps_no_other_campaign(
    campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = launch_campaign(factories.make_campaign(campaign.site), now=now + dt.timedelta(seconds=1))

    def refuse() -> None:
        raise OperationalError("no more room")

    with monkeypatch.context() as patch:
        before_chunk(patch, 1, refuse)
        assert plan_due_campaigns(now=now) == 1
    campaign.refresh_from_db()
    assert (campaign.status, "tried again" in campaign.status_reason) == (Status.SCHEDULED, True)
    assert adds_up(find_run(other))
    assert plan_due_campaigns(now=now) == 1
    campaign.refresh_from_db()
    assert (campaign.status, campaign.status_reason) == (Status.RUNNING, "")


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_plan_a_campaign_twice(now: dt.datetime) -> None:
    site = factories.make_site()
    for _ in range(20):
        make_reachable(site)
    campaign = launch_campaign(factories.make_campaign(site), now=now)
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


class SlowPlanning:
    """A worker in a thread of its own that stops after the first chunk, until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, campaign: Campaign, now: dt.datetime) -> None:
        self.runs: list[Occurrence | None] = []
        self._stopped, self._go_on = threading.Event(), threading.Event()

        def decide_slowly(*args: Any, **values: Any) -> Iterator[Any]:
            for decisions in decide_audience(*args, **values):
                yield decisions
                self._stopped.set()
                self._go_on.wait(timeout=10)

        def work() -> None:
            self.runs.append(plan_campaign(campaign, now=now))
            connection.close()

        monkeypatch.setattr(rounds, "decide_audience", decide_slowly)
        self._thread = threading.Thread(target=work)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._stopped.wait(timeout=10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")

    def __exit__(self, *error: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        self._go_on.set()
        self._thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_campaign_that_is_being_planned_is_stopped_without_waiting(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = factories.make_site()
    make_reachable(site)
    campaign = launch_campaign(factories.make_campaign(site), now=now)
    planning = SlowPlanning(monkeypatch, campaign, now)
    with planning:
        assert cancel_campaign(campaign, now=now).status == Status.CANCELLED
    campaign.refresh_from_db()
    assert campaign.status == Status.CANCELLED
    assert planning.runs == [None]


@pytest.mark.django_db(transaction=True)
def test_a_campaign_that_is_being_planned_has_its_segments_rebuilt_only_once(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = factories.make_site()
    make_reachable(site)
    segment = factories.make_segment(site)
    campaign = make_segmented(site, include=[segment])
    launch_campaign(campaign, now=now)
    planning = SlowPlanning(monkeypatch, campaign, now)
    with planning:
        assert plan_due_campaigns(now=now + dt.timedelta(seconds=5)) == 0
    segment.refresh_from_db()
    assert segment.refreshed_at == now
    assert [run.waiting for run in planning.runs if run] == [1]
