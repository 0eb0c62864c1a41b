"""Whoever moves between planning and sending gets it when clocks show the planned hour where they are now, and once."""

import datetime as dt
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Campaign, Delivery
from campaigns.reports import count_outcomes
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site, Subscriber
from tests.campaigns.people import deliver_due, make_reachable, make_running
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TOKYO, BERLIN, NEW_YORK = "Asia/Tokyo", "Europe/Berlin", "America/New_York"
LOCAL: dict[str, Any] = {"schedule": "local", "local_date": dt.date(2026, 11, 23), "local_time": dt.time(9)}


def at(zone: str, *, day: int = 23, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def move(person: Subscriber, zone: str) -> None:
    Subscriber.objects.filter(pk=person.pk).update(timezone=zone)


def send_hour_by_hour(*, first: dt.datetime, hours: int) -> tuple[MemoryTransport, list[dt.datetime]]:
    transport, sent_at = MemoryTransport(), []
    for hour in range(hours):
        before = len(transport.sent)
        deliver_due(now=first + hour * HOUR, transport=transport)
        sent_at += [first + hour * HOUR] * (len(transport.sent) - before)
    return transport, sent_at


def find_delivery(campaign: Campaign) -> Delivery:
    return campaign.deliveries.get()


def test_from_tokyo_to_new_york_it_is_nine_in_new_york(site: Site) -> None:
    person = make_reachable(site, timezone=TOKYO)
    campaign = make_running(site, **LOCAL)
    move(person, NEW_YORK)
    _, sent_at = send_hour_by_hour(first=at(TOKYO), hours=72)
    delivery = find_delivery(campaign)
    assert sent_at == [at(NEW_YORK)] == [delivery.due_at]
    assert (delivery.status, delivery.timezone, delivery.attempts, delivery.deferred) == (
        "sent",
        NEW_YORK,
        1,
        False,
    )
    outcomes = count_outcomes([campaign])[campaign.pk]
    assert (outcomes.audience, outcomes.sent, outcomes.waiting) == (1, 1, 0)


@pytest.mark.parametrize("zone", ["Asia/Seoul", "", "Nowhere/Land", TOKYO])
def test_where_clocks_show_the_same_or_nothing_is_known_it_is_sent_as_planned(site: Site, zone: str) -> None:
    person = make_reachable(site, timezone=TOKYO)
    make_running(site, **LOCAL)
    move(person, zone)
    assert send_hour_by_hour(first=at(TOKYO), hours=1)[1] == [at(TOKYO)]


@pytest.mark.parametrize(
    ("policy", "limit", "sent"),
    [
        ("send_now", 60, [at(NEW_YORK)]),
        ("skip", 60, []),
        ("send_if_within", 60, []),
        ("send_if_within", 14 * 60, [at(NEW_YORK)]),
        ("next_day", 60, [at(TOKYO, day=24)]),
    ],
)
def test_where_that_hour_has_passed_the_campaign_says_what_becomes_of_them(
    site: Site, policy: str, limit: int, sent: list[dt.datetime]
) -> None:
    """When it is nine in New York it is eleven at night in Tokyo."""
    person = make_reachable(site, timezone=NEW_YORK)
    campaign = make_running(site, **LOCAL, late_policy=policy, late_limit_minutes=limit)
    move(person, TOKYO)
    assert send_hour_by_hour(first=at(NEW_YORK), hours=48)[1] == sent
    delivery = find_delivery(campaign)
    assert (delivery.status, delivery.reason) == (("sent", "") if sent else ("skipped", "too_late"))
    outcomes = count_outcomes([campaign])[campaign.pk]
    assert outcomes.audience == outcomes.sent + outcomes.skipped == 1


def test_somebody_whose_zone_becomes_known_is_no_longer_on_the_sites_clock(site: Site) -> None:
    person = make_reachable(site)
    campaign = make_running(site, **LOCAL)
    move(person, NEW_YORK)
    assert send_hour_by_hour(first=at(BERLIN), hours=24)[1] == [at(NEW_YORK)]
    assert not find_delivery(campaign).timezone_is_site_default


def test_it_follows_them_as_often_as_they_move(site: Site) -> None:
    person = make_reachable(site, timezone=TOKYO)
    make_running(site, **LOCAL)
    move(person, BERLIN)
    assert send_hour_by_hour(first=at(TOKYO), hours=8)[1] == []
    move(person, NEW_YORK)
    assert send_hour_by_hour(first=at(BERLIN), hours=24)[1] == [at(NEW_YORK)]


def test_whoever_was_late_at_planning_is_sent_it_wherever_they_are(site: Site) -> None:
    person = make_reachable(site, timezone=TOKYO)
    make_running(site, **{**LOCAL, "local_date": dt.date(2026, 11, 21)}, late_policy="send_now")
    move(person, NEW_YORK)
    assert send_hour_by_hour(first=NOW, hours=1)[1] == [NOW]


def test_what_goes_to_all_at_once_follows_nobody(site: Site) -> None:
    person = make_reachable(site, timezone=TOKYO)
    make_running(site)
    move(person, NEW_YORK)
    assert send_hour_by_hour(first=NOW, hours=1)[1] == [NOW]


def test_of_many_each_gets_it_once_and_the_report_adds_up(site: Site) -> None:
    zones = [TOKYO, BERLIN, NEW_YORK]
    people = [make_reachable(site, timezone=zones[number % 3]) for number in range(12)]
    campaign = make_running(site, **LOCAL, late_policy="next_day")
    for number, person in enumerate(people):
        move(person, zones[number % 4 % 3])
    transport, sent_at = send_hour_by_hour(first=at(TOKYO), hours=48)
    assert len(transport.sent) == len({push.endpoint for push in transport.sent}) == 12
    for delivery in campaign.deliveries.select_related("subscriber"):
        assert delivery.timezone == delivery.subscriber.timezone
        assert delivery.sent_at is not None
        assert delivery.sent_at.astimezone(ZoneInfo(delivery.timezone)).hour == 9
    assert sum(Counter(sent_at).values()) == 12
    assert count_outcomes([campaign])[campaign.pk].sent == 12
