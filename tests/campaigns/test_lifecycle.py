"""A campaign's life: what can follow what, and what each step does to those who wait."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns import lifecycle
from campaigns.lifecycle import (
    LaunchError,
    LifecycleError,
    cancel_campaign,
    finish_campaigns,
    launch_campaign,
    pause_campaign,
    resume_campaign,
    settle_cancelled,
)
from campaigns.models import Batch, Campaign, Delivery
from campaigns.planning import plan_due_campaigns, writer
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import deliver_due, make_reachable, make_running

Status = Campaign.Status


def test_a_launch_makes_a_draft_wait_for_its_planning(site: Site, now: dt.datetime) -> None:
    campaign = launch_campaign(factories.make_campaign(site), now=now)
    assert (campaign.status, campaign.launched_at) == (Status.SCHEDULED, now)


def test_a_launch_with_problems_names_all_of_them_and_changes_nothing(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site, title="", schedule=Campaign.Schedule.INSTANT)
    with pytest.raises(LaunchError) as caught:
        launch_campaign(campaign, now=now)
    assert caught.value.problems == [
        "The message needs a title.",
        "Choose the moment at which it is sent.",
    ]
    campaign.refresh_from_db()
    assert campaign.status == Status.DRAFT


def test_a_campaign_is_launched_once(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site)
    launch_campaign(campaign, now=now)
    with pytest.raises(LaunchError, match="Only a draft can be launched; this campaign is scheduled"):
        launch_campaign(campaign, now=now)


def test_a_running_campaign_can_be_paused_and_resumed(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = make_running(site)
    assert pause_campaign(campaign, now=now).status == Status.PAUSED
    assert resume_campaign(campaign, now=now).status == Status.RUNNING


def test_a_campaign_paused_before_its_planning_waits_again_when_resumed(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = launch_campaign(factories.make_campaign(site), now=now)
    pause_campaign(campaign, now=now)
    assert plan_due_campaigns(now=now) == 0
    assert resume_campaign(campaign, now=now).status == Status.SCHEDULED
    assert plan_due_campaigns(now=now) == 1


def test_a_cancellation_skips_everybody_who_waits(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = cancel_campaign(make_running(site), now=now)
    assert (campaign.status, campaign.finished_at) == (Status.CANCELLED, now)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == (Delivery.Status.SKIPPED, Delivery.Reason.CANCELLED)


def test_of_very_many_who_wait_the_rest_is_skipped_later_and_nobody_is_sent_to_meanwhile(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "_BATCHES_AT_ONCE", 1)
    monkeypatch.setattr(lifecycle, "_SLICES", 2)
    monkeypatch.setattr(writer, "BATCH", 2)
    for _ in range(10):
        make_reachable(site)
    campaign = cancel_campaign(make_running(site), now=now)
    run = campaign.occurrences.get()
    assert (run.skipped, run.waiting) == (4, 6)
    transport = MemoryTransport()
    deliver_due(now=now, transport=transport)
    assert transport.sent == []
    while settle_cancelled(now=now):
        pass
    run.refresh_from_db()
    assert (run.skipped, run.waiting) == (10, 0)
    assert not campaign.batches.filter(done_at=None).exists()


def test_where_nothing_is_left_of_cancelled_campaigns_settling_asks_once(
    site: Site, now: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_reachable(site)
    cancel_campaign(make_running(site), now=now)
    with django_assert_num_queries(1):
        assert settle_cancelled(now=now) == 0


def test_what_a_dead_worker_left_in_a_cancelled_campaign_is_settled(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = make_running(site)
    Delivery.objects.update(status=Delivery.Status.SENDING)
    Batch.objects.update(lease_expires_at=now + dt.timedelta(minutes=1))
    cancel_campaign(campaign, now=now)
    assert settle_cancelled(now=now) == 0
    assert settle_cancelled(now=now + dt.timedelta(minutes=2)) == 1


def test_a_campaign_finishes_only_when_nobody_waits(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = make_running(site)
    assert finish_campaigns(now=now) == 0
    deliver_due(now=now, transport=MemoryTransport())
    campaign.refresh_from_db()
    assert (campaign.status, campaign.finished_at) == (Status.FINISHED, now)
    assert campaign.occurrences.get().finished_at == now


def test_a_campaign_whose_run_is_still_being_planned_is_not_finished(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site, status=Status.RUNNING)
    factories.make_occurrence(campaign)
    assert finish_campaigns(now=now) == 0


def test_a_running_campaign_whose_people_were_all_deleted_finishes(site: Site, now: dt.datetime) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    person.delete()
    deliver_due(now=now, transport=MemoryTransport())
    campaign.refresh_from_db()
    assert campaign.status == Status.FINISHED


@pytest.mark.parametrize(
    ("step", "allowed"),
    [
        (pause_campaign, {Status.SCHEDULED, Status.RUNNING}),
        (resume_campaign, {Status.PAUSED}),
        (cancel_campaign, {Status.SCHEDULED, Status.RUNNING, Status.PAUSED}),
    ],
)
@pytest.mark.parametrize("status", list(Status))
def test_each_step_is_possible_from_some_statuses_only(
    site: Site, now: dt.datetime, step: Callable[..., Campaign], allowed: set[Status], status: Status
) -> None:
    campaign = factories.make_campaign(site, status=status)
    if status in allowed:
        assert step(campaign, now=now).status != status
    else:
        with pytest.raises(LifecycleError, match="this campaign is"):
            step(campaign, now=now)
