"""Suppression as planned: limits and who has the last slot, quiet hours, control group and holdout, with their reasons."""

import datetime as dt
from typing import Any

import pytest

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, Delivery, FrequencyCap, SendingPolicy
from campaigns.planning import plan_campaign
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, make_reachable, make_running, plan
from tests.campaigns.planning.runs import adds_up, find_run, reasons_of

Reason, Status = Delivery.Reason, Delivery.Status
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture
def once_a_day(site: Site) -> FrequencyCap:
    return FrequencyCap.objects.create(site=site, limit=1, window=DAY)


@pytest.mark.usefixtures("once_a_day")
def test_the_campaign_of_higher_priority_has_the_slot_if_it_is_planned_first(
    site: Site, now: dt.datetime
) -> None:
    make_reachable(site)
    high = make_running(site, priority=Campaign.Priority.HIGH)
    low = make_running(site, now=now + HOUR)
    assert reasons_of(high) == {"": 1}
    assert reasons_of(low) == {Reason.FREQUENCY_CAP: 1}


@pytest.mark.usefixtures("once_a_day")
def test_the_campaign_of_higher_priority_takes_no_notice_of_what_is_planned_below_it(
    site: Site, now: dt.datetime
) -> None:
    """The lower one will make way when it is its turn (claims look again)."""
    make_reachable(site)
    make_running(site, schedule=Campaign.Schedule.INSTANT, send_at=now, priority=Campaign.Priority.LOW)
    high = make_running(site, priority=Campaign.Priority.HIGH)
    assert reasons_of(high) == {"": 1}


@pytest.mark.usefixtures("once_a_day")
def test_a_campaign_makes_way_for_a_higher_one_that_comes_later_in_the_same_window(
    site: Site, now: dt.datetime
) -> None:
    make_reachable(site, timezone="Europe/Berlin")
    tonight: dict[str, Any] = {
        "schedule": Campaign.Schedule.LOCAL,
        "local_date": now.date(),
        "local_time": dt.time(20),
    }
    make_running(site, priority=Campaign.Priority.HIGH, **tonight)
    assert reasons_of(make_running(site, now=now + HOUR)) == {Reason.FREQUENCY_CAP: 1}


@pytest.mark.usefixtures("once_a_day")
def test_of_equals_the_one_launched_first_has_the_slot_whichever_is_planned_first(
    site: Site, now: dt.datetime
) -> None:
    make_reachable(site)
    first = launch_campaign(factories.make_campaign(site), now=now)
    second = launch_campaign(factories.make_campaign(site), now=now + HOUR)
    plan_campaign(second, now=now + HOUR)
    plan_campaign(first, now=now + HOUR)
    assert reasons_of(first) == {"": 1}


@pytest.mark.usefixtures("once_a_day")
def test_limits_may_be_set_aside_or_a_campaigns_own(site: Site) -> None:
    make_reachable(site)
    make_running(site)
    assert reasons_of(make_running(site, cap_by=Campaign.CapBy.NONE)) == {"": 1}
    own: dict[str, Any] = {"cap_by": Campaign.CapBy.OWN, "cap_limit": 3, "cap_window": 7 * DAY}
    assert reasons_of(make_running(site, **own)) == {"": 1}
    assert reasons_of(make_running(site, **own)) == {Reason.FREQUENCY_CAP: 1}


def test_what_is_deferred_is_due_at_the_end_of_quiet_hours(site: Site) -> None:
    SendingPolicy.objects.create(site=site, quiet_from=dt.time(22), quiet_until=dt.time(8))
    awake = make_reachable(site, timezone="Europe/Berlin")
    asleep = make_reachable(site, timezone="America/Los_Angeles")  # 04:00 there
    campaign = make_running(site)
    found = delivery_of(campaign, asleep)
    assert (found.due_at, found.deferred) == (dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC), True)
    assert delivery_of(campaign, awake).deferred is False


def test_in_quiet_hours_people_may_be_left_out(site: Site) -> None:
    skip = SendingPolicy.QuietAction.SKIP
    SendingPolicy.objects.create(site=site, quiet_from=dt.time(22), quiet_until=dt.time(8), quiet_action=skip)
    make_reachable(site, timezone="America/Los_Angeles")
    assert reasons_of(make_running(site)) == {Reason.QUIET_HOURS: 1}
    ignoring = make_running(site, quiet_hours=Campaign.QuietHours.IGNORE)
    assert reasons_of(ignoring) == {"": 1}


def test_held_out_people_have_a_row_with_the_instant_at_which_they_would_have_got_it(
    site: Site, now: dt.datetime
) -> None:
    SendingPolicy.objects.create(site=site, holdout_percent=30)
    for _ in range(60):
        make_reachable(site)
    campaign = make_running(site, holdout_percent=30)
    reasons = reasons_of(campaign)
    assert set(reasons) == {"", Reason.CONTROL_GROUP, Reason.HOLDOUT}
    held_out = campaign.deliveries.filter(reason__in=[Reason.CONTROL_GROUP, Reason.HOLDOUT])
    found = {(delivery.status, delivery.due_at, delivery.batch_id) for delivery in held_out}
    assert found == {(Status.SKIPPED.value, now, None)}
    assert adds_up(find_run(campaign))


def test_the_control_group_is_left_out_of_every_campaign(site: Site) -> None:
    SendingPolicy.objects.create(site=site, holdout_percent=30)
    for _ in range(60):
        make_reachable(site)
    control = [
        set(
            make_running(site)
            .deliveries.filter(reason=Reason.CONTROL_GROUP)
            .values_list("subscriber_id", flat=True)
        )
        for _ in range(2)
    ]
    assert control[0] == control[1] != set()


def test_audience_is_planned_and_skipped_whatever_the_reasons(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(
        site=site, holdout_percent=20, quiet_from=dt.time(22), quiet_until=dt.time(8)
    )
    FrequencyCap.objects.create(site=site, limit=1, window=DAY)
    for number in range(80):
        zone = ("Europe/Berlin", "America/Los_Angeles", "", "Pacific/Kiritimati")[number % 4]
        make_reachable(site, timezone=zone)
    factories.make_subscriber(site)
    for _ in range(2):
        campaign = plan(factories.make_campaign(site, holdout_percent=20))
        run = find_run(campaign)
        assert adds_up(run)
        assert run.audience == 81 == reasons_of(campaign).total()
    assert reasons_of(campaign)[Reason.FREQUENCY_CAP] > 0


@pytest.mark.usefixtures("once_a_day")
@pytest.mark.parametrize("high_is_planned_first", [True, False])
def test_of_two_campaigns_for_one_slot_the_higher_is_sent_whichever_is_planned_first(
    site: Site, now: dt.datetime, high_is_planned_first: bool
) -> None:
    make_reachable(site)
    later: dict[str, Any] = {"schedule": Campaign.Schedule.INSTANT, "send_at": now + HOUR}
    low = launch_campaign(factories.make_campaign(site, priority=Campaign.Priority.LOW, **later), now=now)
    high = launch_campaign(factories.make_campaign(site, priority=Campaign.Priority.HIGH, **later), now=now)
    for campaign in (high, low) if high_is_planned_first else (low, high):
        plan_campaign(campaign, now=now + HOUR)
    transport = MemoryTransport()
    deliver_due(now=now + HOUR, transport=transport)
    assert len(transport.sent) == 1
    assert list(high.deliveries.values_list("status", "reason")) == [(Status.SENT, "")]
    assert list(low.deliveries.values_list("status", "reason")) == [(Status.SKIPPED, Reason.FREQUENCY_CAP)]
