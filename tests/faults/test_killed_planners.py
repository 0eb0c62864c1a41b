"""kill -9 of planners in the middle of a run: whoever comes next goes on, and the plan is the one that was foreseen."""

import datetime as dt
import random
from functools import partial

import pytest

from campaigns.audience import CHUNK
from campaigns.dry_runs import list_people
from campaigns.lifecycle import cancel_campaign, launch_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery, Occurrence
from tests import factories
from tests.faults.accounts import check_sum
from tests.faults.clock import SharedClock
from tests.faults.conftest import Begin
from tests.faults.moods import Mood
from tests.faults.play import Play
from tests.faults.town import Town

KILLS = 3
PEOPLE = 2 * KILLS * CHUNK
CANCELLED = (Delivery.Status.SKIPPED, Delivery.Reason.CANCELLED)

Foreseen = dict[int, tuple[dt.datetime | None, str]]


@pytest.fixture
def campaign(town: Town, clock: SharedClock, chance: random.Random, db: None) -> Campaign:
    """To everybody of a new site, tomorrow evening on their own clocks; every tenth is held out."""
    site, now = factories.make_site(), clock.now()
    town.settle(site, PEOPLE, moods=[Mood("201", 0)], now=now, chance=chance)
    campaign = factories.make_campaign(
        site,
        schedule=Campaign.Schedule.LOCAL,
        local_date=(now + dt.timedelta(days=2)).date(),
        local_time=dt.time(18),
        holdout_percent=10,
    )
    return launch_campaign(campaign, now=now)


def foresee(campaign: Campaign, *, now: dt.datetime) -> Foreseen:
    page = list_people(campaign, as_of=now, limit=PEOPLE)
    return {person.subscriber_id: (person.due_at, person.reason) for person in page.people}


def read_plan(campaign: Campaign) -> Foreseen:
    rows = campaign.deliveries.values_list("subscriber_id", "due_at", "reason")
    return {person: (due_at, reason) for person, due_at, reason in rows}


def kill_in_the_middle(play: Play, campaign: Campaign) -> None:
    """Kill the planner after it has got some people further than the one before it, and before it is through."""
    before = read_progress(campaign)
    play.go_on_until(lambda: read_progress(campaign) > before)
    assert play.crew.kill("planning", play.chance)
    assert not Occurrence.objects.get(campaign=campaign).planned_at


def read_progress(campaign: Campaign) -> int:
    run = Occurrence.objects.filter(campaign=campaign).first()
    return run.audience if run else 0


def is_planned(campaign: Campaign) -> bool:
    return Occurrence.objects.filter(campaign=campaign, planned_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_killed_planners_plan_everybody_once_and_as_foreseen(
    campaign: Campaign, clock: SharedClock, begin: Begin
) -> None:
    foreseen = foresee(campaign, now=clock.now())
    with begin(planning=1) as play:
        for _ in range(KILLS):
            kill_in_the_middle(play, campaign)
        play.go_on_until(partial(is_planned, campaign))
        play.go_on_for(1)
    assert len(foreseen) == PEOPLE
    assert read_plan(campaign) == foreseen
    run = Occurrence.objects.get(campaign=campaign)
    held_out = sum(bool(reason) for _, reason in foreseen.values())
    assert (run.audience, run.waiting, run.skipped) == (PEOPLE, PEOPLE - held_out, held_out)


@pytest.mark.django_db(transaction=True)
def test_a_campaign_paused_in_mid_planning_is_planned_to_its_end_when_it_is_resumed(
    campaign: Campaign, clock: SharedClock, begin: Begin
) -> None:
    foreseen = foresee(campaign, now=clock.now())
    with begin(planning=1) as play:
        play.go_on_until(lambda: read_progress(campaign) > 0)
        pause_campaign(campaign, now=clock.now())
        play.go_on_until(play.crew.is_idle)
        at_rest = read_progress(campaign)
        play.go_on_for(1)
        assert read_progress(campaign) == at_rest
        assert campaign.deliveries.count() == Occurrence.objects.get(campaign=campaign).audience < PEOPLE
        resume_campaign(campaign, now=clock.now())
        play.go_on_until(partial(is_planned, campaign))
    assert read_plan(campaign) == foreseen


@pytest.mark.django_db(transaction=True)
def test_a_campaign_cancelled_in_mid_planning_accounts_for_those_planned_so_far(
    campaign: Campaign, clock: SharedClock, begin: Begin
) -> None:
    with begin(planning=1) as play:
        kill_in_the_middle(play, campaign)
        play.go_on_until(lambda: read_progress(campaign) > CHUNK)
        cancel_campaign(campaign, now=clock.now())
        play.go_on_until(play.crew.is_idle)
        play.go_on_for(1)
    run = Occurrence.objects.get(campaign=campaign)
    assert CHUNK < run.audience < PEOPLE
    check_sum(campaign, run.audience)
    assert set(campaign.deliveries.values_list("status", "reason")) <= {
        CANCELLED,
        (Delivery.Status.SKIPPED, Delivery.Reason.HOLDOUT),
    }
