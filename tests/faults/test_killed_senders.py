"""kill -9 of senders at random moments, over push services in all moods: everybody has one outcome, the right one.

`make faults KILLS=50 DELIVERIES=20000` is the same on a larger scale, and prints the figures of docs/reliability.md.
"""

import datetime as dt
import random
import time
from collections import Counter
from functools import partial

import pytest

from campaigns.lifecycle import cancel_campaign, launch_campaign, pause_campaign, resume_campaign
from campaigns.models import Batch, Campaign, Delivery
from campaigns.planning import plan_due_campaigns
from subscribers.models import PushSubscription
from tests import factories
from tests.faults.accounts import check_log, check_sum, count_repeats, read_endings
from tests.faults.clock import SharedClock
from tests.faults.conftest import CHUNK, DELIVERIES, KILLS, Begin
from tests.faults.moods import LOST, SENT, list_moods
from tests.faults.play import Play, is_over
from tests.faults.town import Town

SENDERS = 3
FEW = 300  # people, where the figures are of no interest
CANCELLED = (Delivery.Status.SKIPPED, Delivery.Reason.CANCELLED)


def launch(
    town: Town, clock: SharedClock, chance: random.Random, *, people: int, hurried: bool = False
) -> Campaign:
    """A campaign to everybody of a new site, planned and due; with `hurried` no answer takes very long."""
    site, now = factories.make_site(), clock.now()
    moods = list_moods(now)[: -1 if hurried else None]
    town.settle(site, people, moods=moods, now=now, chance=chance)
    campaign = factories.make_campaign(site, ttl=dt.timedelta(hours=5))
    launch_campaign(campaign, now=now)
    plan_due_campaigns(now=now)
    return campaign


def kill_along_the_way(play: Play, town: Town, *, kills: int, people: int) -> None:
    """Kill senders while the messages of `people` come in, at random moments that spread over all of it."""
    moments = [
        town.count_received() + people * (n + play.chance.random()) / (kills + 1) for n in range(kills)
    ]
    for moment in moments:
        play.go_on_until(partial(has_received, town, moment))
        play.kill("delivery")


def has_received(town: Town, messages: float) -> bool:
    return town.count_received() >= messages


@pytest.mark.django_db(transaction=True)
def test_killed_senders_lose_nobody_and_repeat_only_what_they_had_in_hand(
    town: Town, clock: SharedClock, chance: random.Random, begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = launch(town, clock, chance, people=DELIVERIES)
    started, began_at = time.monotonic(), clock.now()
    with begin(delivery=SENDERS) as play:
        kill_along_the_way(play, town, kills=KILLS, people=DELIVERIES)
        play.go_on_until(lambda: is_over(campaign))
        kills = play.crew.strikes
    took = time.monotonic() - started

    endings, takings = read_endings(campaign), town.list_takings()
    assert endings == {person: mood.ending for person, mood in town.moods.items()}
    sent = {person for person, ending in endings.items() if ending == SENT}
    assert {person for _, person in takings} == sent
    repeats = count_repeats(takings, town, kills, in_hand=CHUNK)
    check_sum(campaign, DELIVERIES)
    check_log(campaign, sent)
    assert not Batch.objects.filter(done_at=None).exists()
    gone = {person for person, mood in town.moods.items() if mood.ending[1] == Delivery.Reason.GONE}
    ended = PushSubscription.objects.filter(end_reason=PushSubscription.EndReason.GONE)
    assert set(ended.values_list("subscriber_id", flat=True)) == gone
    with capsys.disabled():  # the figures are what `make faults` is for
        print(f"\n{DELIVERIES:,} deliveries, {len(kills)} kills, {SENDERS} senders at a time, {took:.0f} s")
        print(f"skipped by the clock: {clock.now() - began_at}")
        print("answers:", town.count_answers())
        print("outcomes:", dict(Counter(" ".join(ending).strip() for ending in endings.values())))
        print(f"lost: {len(sent - {person for _, person in takings})}")
        print(
            f"repeats: {repeats.of_kills} of kills, {CHUNK} in hand at each; {repeats.of_lost_answers} of lost answers"
        )


@pytest.mark.django_db(transaction=True)
def test_a_pause_holds_within_seconds_though_senders_are_killed_and_ticks_go_on(
    town: Town, clock: SharedClock, chance: random.Random, begin: Begin
) -> None:
    campaign = launch(town, clock, chance, people=FEW, hurried=True)
    with begin(delivery=2) as play:
        play.go_on_until(partial(has_received, town, FEW // 4))
        play.kill("delivery")
        pause_campaign(campaign, now=clock.now())
        at_pause = town.count_received()
        play.go_on_until(play.crew.is_idle)
        at_rest = town.count_received()
        clock.skip(dt.timedelta(minutes=10))
        play.go_on_for(2)
        assert at_rest - at_pause <= 2 * CHUNK
        assert town.count_received() == at_rest < FEW
        resume_campaign(campaign, now=clock.now())
        play.go_on_until(lambda: is_over(campaign))
        kills = play.crew.strikes

    endings = read_endings(campaign)
    assert endings == {person: mood.ending for person, mood in town.moods.items()}
    count_repeats(town.list_takings(), town, kills, in_hand=CHUNK)
    check_sum(campaign, FEW)


@pytest.mark.django_db(transaction=True)
def test_a_campaign_cancelled_in_mid_flight_accounts_for_everybody_though_senders_are_killed(
    town: Town, clock: SharedClock, chance: random.Random, begin: Begin
) -> None:
    campaign = launch(town, clock, chance, people=FEW, hurried=True)
    with begin(delivery=2) as play:
        kill_along_the_way(play, town, kills=2, people=FEW // 2)
        cancel_campaign(campaign, now=clock.now())
        play.kill_if_busy("delivery")
        play.go_on_until(lambda: is_over(campaign))
        at_rest = town.count_received()
        play.go_on_for(1)
        kills = play.crew.strikes

    assert town.count_received() == at_rest
    endings, takings = read_endings(campaign), town.list_takings()
    assert all(ending in (town.moods[person].ending, CANCELLED) for person, ending in endings.items())
    sent = {person for person, ending in endings.items() if ending == SENT}
    taken = {person for _, person in takings}
    assert sent <= taken
    # What a killed sender had in hand counts as cancelled, though some of it had gone out.
    assert len(taken - sent) <= len(kills) * CHUNK
    assert {endings[person] for person in taken - sent} <= {CANCELLED}
    check_sum(campaign, FEW)
    check_log(campaign, sent)


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_was_held_up_beyond_its_lease_writes_over_nobody_when_it_goes_on(
    town: Town, clock: SharedClock, chance: random.Random, begin: Begin
) -> None:
    campaign = launch(town, clock, chance, people=FEW, hurried=True)
    with begin(delivery=2) as play:
        play.go_on_until(partial(has_received, town, FEW // 5))
        play.go_on_until(lambda: not play.crew.is_idle())
        with play.crew.freeze("delivery", chance):
            clock.skip(dt.timedelta(minutes=5))
            play.go_on_for(5)
        play.go_on_until(lambda: is_over(campaign))
        play.go_on_for(1)

    endings, takings = read_endings(campaign), town.list_takings()
    assert endings == {person: mood.ending for person, mood in town.moods.items()}
    # Two had the same chunk in hand, in whichever order they sent it.
    repeated = {person for (_, person), taken in takings.items() if len(taken) > 1}
    assert len({person for person in repeated if town.moods[person].name != LOST}) <= CHUNK
    check_sum(campaign, FEW)
    check_log(campaign, {person for person, ending in endings.items() if ending == SENT})
