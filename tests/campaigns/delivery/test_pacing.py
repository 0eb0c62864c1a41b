"""The pace: never more than so many pushes in a minute, of a campaign and of all campaigns of its site."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.delivery import keep_delivering, turns
from campaigns.delivery.claims import claim_chunk, find_opening
from campaigns.delivery.pacing import advance, believe, find_allowance
from campaigns.lifecycle import pause_campaign
from campaigns.models import Batch, Campaign, SendingPolicy
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests.campaigns.people import deliver_due, make_reachable, make_running
from tests.factories import NOW

SECOND = dt.timedelta(seconds=1)


@given(rate=st.integers(1, 100_000), lates=st.lists(st.integers(0, 5_000_000), max_size=50))
def test_no_minute_has_more_than_its_rate(rate: int, lates: list[int]) -> None:
    now, paced_until = NOW, None
    sent: list[tuple[dt.datetime, int]] = []
    for late in [0, *lates]:  # microseconds after it was allowed
        now = max(now, paced_until or now) + dt.timedelta(microseconds=late)
        sent.append((now, find_allowance(rate, 500)))
        paced_until = advance(paced_until, rate, sent[-1][1], now=now)
    for start, _ in sent:
        within = sum(number for at, number in sent if start <= at < start + dt.timedelta(minutes=1))
        assert within <= rate + find_allowance(rate, 500) - 1


@pytest.mark.parametrize(
    ("rate", "expected"), [(None, 500), (1, 1), (30, 1), (60, 2), (600, 20), (1_000_000, 500)]
)
def test_at_once_goes_what_two_seconds_allow(rate: int | None, expected: int) -> None:
    assert find_allowance(rate, 500) == expected


def test_a_pause_of_the_sender_is_not_made_up_for() -> None:
    assert advance(NOW - dt.timedelta(hours=1), 60, 2, now=NOW) == NOW + 2 * SECOND


def reach(site: Site, number: int) -> None:
    for _ in range(number):
        make_reachable(site)


def test_a_campaign_sends_no_faster_than_its_pace(site: Site, now: dt.datetime) -> None:
    reach(site, 5)
    make_running(site, throttle_per_minute=60)
    transport = MemoryTransport()
    sent = []
    for second in range(6):
        deliver_due(now=now + second * SECOND, transport=transport)
        sent.append(len(transport.sent))
    assert sent == [2, 2, 4, 4, 5, 5]


def test_all_campaigns_of_a_site_share_its_pace(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(site=site, throttle_per_minute=60)
    reach(site, 2)
    make_running(site)
    make_running(site)
    transport = MemoryTransport()
    assert deliver_due(now=now, transport=transport) == 2
    assert deliver_due(now=now + SECOND, transport=transport) == 0
    assert deliver_due(now=now + 2 * SECOND, transport=transport) == 2


def test_the_slower_of_two_paces_counts_for_both(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(site=site, throttle_per_minute=600)
    reach(site, 3)
    campaign = make_running(site, throttle_per_minute=60)
    deliver_due(now=now, transport=MemoryTransport())
    campaign.refresh_from_db()
    assert campaign.paced_until == now + 2 * SECOND
    assert SendingPolicy.objects.get().paced_until == now + dt.timedelta(seconds=0.2)


def test_a_paced_campaign_holds_up_no_other(site: Site, now: dt.datetime) -> None:
    reach(site, 3)
    make_running(site, throttle_per_minute=1, priority=Campaign.Priority.HIGHEST)
    other = make_running(site)
    deliver_due(now=now, transport=MemoryTransport())
    other.refresh_from_db()
    assert other.status == Campaign.Status.FINISHED


def test_what_expired_uses_up_no_pace(site: Site, now: dt.datetime) -> None:
    reach(site, 3)
    campaign = make_running(site, throttle_per_minute=1, ttl=dt.timedelta(hours=1))
    deliver_due(now=now + dt.timedelta(hours=2), transport=MemoryTransport())
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert campaign.paced_until is None


def test_it_is_known_when_the_pace_lets_the_next_through(site: Site, now: dt.datetime) -> None:
    reach(site, 3)
    make_running(site, throttle_per_minute=60)
    assert find_opening(now=now) is None
    deliver_due(now=now, transport=MemoryTransport())
    assert find_opening(now=now) == now + 2 * SECOND


def test_nothing_opens_for_a_campaign_that_is_paused(site: Site, now: dt.datetime) -> None:
    reach(site, 3)
    campaign = make_running(site, throttle_per_minute=60)
    deliver_due(now=now, transport=MemoryTransport())
    pause_campaign(campaign, now=now)
    assert find_opening(now=now) is None


def test_a_worker_stays_while_only_the_pace_holds_things_up(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(site, 5)
    campaign = make_running(site, throttle_per_minute=60)
    clock = FakeClock(now)
    monkeypatch.setattr(turns, "sleep", clock.sleep)
    transport = MemoryTransport()
    keep_delivering(clock=clock, until=now + dt.timedelta(minutes=1), transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert clock.now == now + 4 * SECOND
    assert max(clock.naps) <= 1.0


def test_a_worker_does_not_wait_longer_than_it_may(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(site, 2)
    make_running(site, throttle_per_minute=1)
    clock = FakeClock(now)
    monkeypatch.setattr(turns, "sleep", clock.sleep)
    keep_delivering(clock=clock, until=now + 50 * SECOND, transport=MemoryTransport())
    assert clock.naps == []
    assert Batch.objects.get().done_at is None


def test_a_pace_that_another_worker_used_up_is_kept(site: Site, now: dt.datetime) -> None:
    reach(site, 4)
    campaign = make_running(site, throttle_per_minute=60)
    ids = iter(campaign.deliveries.values_list("subscriber_id", flat=True))
    other = Batch.objects.create(campaign=campaign, occurrence=1, due_at=now)
    campaign.deliveries.filter(subscriber__in=[next(ids), next(ids)]).update(batch=other)
    assert claim_chunk(now=now, size=10) is not None
    assert claim_chunk(now=now, size=10) is None


class FakeClock:
    """Goes on only when somebody sleeps."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.naps: list[float] = []

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("keeper", [Campaign, SendingPolicy])
def test_a_pause_that_a_clock_ahead_of_time_wrote_holds_nobody_up(
    site: Site, keeper: type[Campaign] | type[SendingPolicy]
) -> None:
    reach(site, 1)
    SendingPolicy.objects.create(site=site, throttle_per_minute=60)
    campaign = make_running(site, throttle_per_minute=60)
    keeper._base_manager.update(paced_until=NOW + dt.timedelta(days=1))

    deliver_due(now=NOW, transport=MemoryTransport())

    campaign.refresh_from_db()
    assert campaign.deliveries.get().status == "sent"
    assert campaign.paced_until is not None
    assert campaign.paced_until < NOW + dt.timedelta(minutes=1)


@given(rate=st.integers(1, 100_000), size=st.integers(1, 5000))
def test_every_pause_of_our_own_is_believed(rate: int, size: int) -> None:
    paced_until = advance(NOW, rate, find_allowance(rate, size), now=NOW)

    assert believe(paced_until, now=NOW) == paced_until
