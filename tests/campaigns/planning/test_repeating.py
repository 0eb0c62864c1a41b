"""Campaigns that repeat: each of their runs is planned by itself, when its day is about to begin somewhere."""

import datetime as dt

import pytest

from campaigns.lifecycle import finish_campaigns, launch_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery
from campaigns.planning import plan_due_campaigns
from campaigns.recurrence import find_next_run
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable
from tests.campaigns.planning.runs import adds_up, find_run

Status = Campaign.Status
DAY = dt.timedelta(days=1)
FIRST_DAY = dt.date(2026, 11, 23)
FIRST_PLANNED_AT = dt.datetime(2026, 11, 22, 18, 45, tzinfo=dt.UTC)  # 08:45 of that day in Kiritimati


@pytest.fixture
def campaign(site: Site, now: dt.datetime) -> Campaign:
    """Launched on 21 November: nine o'clock every day from the 23rd to the 25th."""
    for zone in ("Europe/Berlin", "Pacific/Kiritimati"):
        make_reachable(site, timezone=zone)
    campaign = factories.make_campaign(
        site,
        schedule=Campaign.Schedule.RECURRING,
        repeats=Campaign.Repeats.DAILY,
        local_date=FIRST_DAY,
        local_time=dt.time(9),
        repeat_until=FIRST_DAY + 2 * DAY,
    )
    return launch_campaign(campaign, now=now)


def test_a_run_is_planned_shortly_before_its_first_people_are_due(campaign: Campaign) -> None:
    assert plan_due_campaigns(now=FIRST_PLANNED_AT - dt.timedelta(seconds=1)) == 0
    assert plan_due_campaigns(now=FIRST_PLANNED_AT) == 1
    assert plan_due_campaigns(now=FIRST_PLANNED_AT) == 0
    campaign.refresh_from_db()
    assert campaign.status == Status.SCHEDULED  # nobody is due before a quarter of an hour has passed
    run = find_run(campaign)
    assert (run.local_date, run.audience) == (FIRST_DAY, 2)
    due = campaign.deliveries.order_by("due_at").values_list("due_at", flat=True)
    assert list(due) == [
        dt.datetime(2026, 11, 22, 19, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC),
    ]


def test_each_run_has_its_own_audience_and_one_delivery_per_person(campaign: Campaign, site: Site) -> None:
    plan_due_campaigns(now=FIRST_PLANNED_AT)
    make_reachable(site)
    assert plan_due_campaigns(now=FIRST_PLANNED_AT + DAY) == 1
    assert [find_run(campaign, number).audience for number in (1, 2)] == [2, 3]
    assert all(adds_up(find_run(campaign, number)) for number in (1, 2))
    assert find_run(campaign, 2).local_date == FIRST_DAY + DAY


def test_it_goes_on_until_its_last_run_is_over(campaign: Campaign) -> None:
    for days in range(3):
        assert plan_due_campaigns(now=FIRST_PLANNED_AT + days * DAY) == 1
        Delivery.objects.filter(status="planned").update(status="sent", sent_at=FIRST_PLANNED_AT)
        finish_campaigns(now=FIRST_PLANNED_AT + days * DAY)
        campaign.refresh_from_db()
        assert campaign.status == (Status.SCHEDULED, Status.RUNNING, Status.FINISHED)[days]
        assert find_run(campaign, days + 1).finished_at == FIRST_PLANNED_AT + days * DAY
    assert plan_due_campaigns(now=FIRST_PLANNED_AT + 3 * DAY) == 0


def test_a_pause_over_several_days_is_not_made_up_for(campaign: Campaign, now: dt.datetime) -> None:
    plan_due_campaigns(now=FIRST_PLANNED_AT)
    pause_campaign(campaign, now=now)
    later = FIRST_PLANNED_AT + 2 * DAY
    assert plan_due_campaigns(now=later) == 0
    resume_campaign(campaign, now=later)
    assert plan_due_campaigns(now=later + dt.timedelta(hours=3)) == 1
    # On the 24th it was nine o'clock everywhere by 21:00 UTC.
    assert find_run(campaign, 2).local_date == FIRST_DAY + 2 * DAY


def test_one_whose_days_all_passed_before_it_was_planned_is_finished(
    campaign: Campaign, now: dt.datetime
) -> None:
    later = FIRST_PLANNED_AT + 9 * DAY
    assert plan_due_campaigns(now=later) == 0
    finish_campaigns(now=later)
    campaign.refresh_from_db()
    assert campaign.status == Status.FINISHED


def test_people_whose_hour_has_passed_when_a_run_is_late_are_treated_by_the_late_policy(
    campaign: Campaign,
) -> None:
    """The first run was not planned in time: in Kiritimati it is past nine o'clock, in Berlin it is not."""
    plan_due_campaigns(now=FIRST_PLANNED_AT + dt.timedelta(hours=6))
    found = dict(campaign.deliveries.values_list("timezone", "reason"))
    assert found == {"Europe/Berlin": "", "Pacific/Kiritimati": Delivery.Reason.TOO_LATE}


def test_the_next_run_is_known_beforehand(campaign: Campaign, now: dt.datetime) -> None:
    plan_due_campaigns(now=FIRST_PLANNED_AT)
    coming = find_next_run(campaign, now=FIRST_PLANNED_AT)
    assert coming is not None
    assert (coming.number, coming.day) == (2, FIRST_DAY + DAY)
    assert coming.plans_at == FIRST_PLANNED_AT + DAY
