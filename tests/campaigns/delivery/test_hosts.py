"""Breakers: a push service that asks for patience, or is out of order, is left alone by all workers."""

import datetime as dt

import pytest

from campaigns.delivery.hosts import find_wait
from campaigns.models import Campaign, Delivery, PushHost
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, find_device, make_reachable, make_running

Status = Delivery.Status
BUSY = Receipt(ReceiptStatus.RETRY, 503, detail="503 Busy")
WAIT = Receipt(ReceiptStatus.RETRY, 429, dt.timedelta(minutes=10), "429 Slow down")
FCM = "fcm.googleapis.com"


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def make_people(site: Site, number: int) -> list[Subscriber]:
    return [make_reachable(site) for _ in range(number)]


def script(transport: MemoryTransport, people: list[Subscriber], receipt: Receipt) -> None:
    for person in people:
        transport.script(find_device(person).endpoint, receipt)


def test_a_push_service_that_puts_off_most_is_left_alone_for_as_long_as_it_asks(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    script(transport, make_people(site, 6), WAIT)
    make_running(site)
    deliver_due(now=now, transport=transport)
    host = PushHost.objects.get()
    assert (host.host, host.strikes, host.reason) == (FCM, 1, "429 Slow down")
    assert host.closed_until is not None
    assert host.closed_until >= now + dt.timedelta(minutes=10)


def test_while_it_is_closed_nothing_is_tried_and_no_attempt_counts(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    opens_at = now + dt.timedelta(minutes=5)
    PushHost.objects.create(host=FCM, closed_until=opens_at, strikes=1, changed_at=now)
    person = make_reachable(site)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.attempts, transport.sent) == (Status.PLANNED, 0, [])
    assert delivery.batch is not None
    assert delivery.batch.due_at == opens_at
    deliver_due(now=opens_at, transport=transport)
    assert delivery_of(campaign, person).status == Status.SENT


def test_others_are_sent_to_meanwhile(site: Site, transport: MemoryTransport, now: dt.datetime) -> None:
    PushHost.objects.create(host=FCM, closed_until=now + dt.timedelta(minutes=5), strikes=1, changed_at=now)
    make_reachable(site)
    apple = factories.make_push_subscription(
        factories.make_subscriber(site), endpoint="https://web.push.apple.com/x"
    )
    make_running(site)
    deliver_due(now=now, transport=transport)
    assert [push.endpoint for push in transport.sent] == [apple.endpoint]


def test_who_is_sent_to_on_all_devices_gets_it_where_it_can_be_had(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    PushHost.objects.create(host=FCM, closed_until=now + dt.timedelta(minutes=5), strikes=1, changed_at=now)
    person = make_reachable(site)
    apple = factories.make_push_subscription(person, endpoint="https://web.push.apple.com/x")
    make_running(site, devices=Campaign.Devices.ALL)
    deliver_due(now=now, transport=transport)
    assert [push.endpoint for push in transport.sent] == [apple.endpoint]


def test_a_few_that_are_put_off_close_nothing(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    people = make_people(site, 12)
    script(transport, people[:5], WAIT)
    make_running(site)
    deliver_due(now=now, transport=transport)
    assert not PushHost.objects.exists()


def test_each_time_in_a_row_it_is_left_alone_for_twice_as_long(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    people = make_people(site, 6)
    waits = []
    for strike in range(3):
        script(transport, people, BUSY)
        make_running(site)
        at = now + dt.timedelta(hours=strike)
        deliver_due(now=at, transport=transport)
        host = PushHost.objects.get()
        assert host.closed_until is not None
        waits.append((host.closed_until - at).total_seconds())
    assert waits[0] == pytest.approx(15, rel=0.4)
    assert waits[1] == pytest.approx(30, rel=0.3)
    assert waits[2] == pytest.approx(60, rel=0.3)


def test_once_it_is_well_its_strikes_are_forgotten(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    PushHost.objects.create(host=FCM, closed_until=now, strikes=3, reason="503", changed_at=now)
    make_reachable(site)
    make_running(site)
    deliver_due(now=now, transport=transport)
    host = PushHost.objects.get()
    assert (host.strikes, host.closed_until, host.reason) == (0, None, "")


def test_no_push_service_is_left_alone_for_longer_than_an_hour_and_a_bit() -> None:
    rude = Receipt(ReceiptStatus.RETRY, 429, dt.timedelta(days=28))
    assert find_wait([rude], 1, jitter=1.0) < dt.timedelta(hours=1, minutes=1)
    assert find_wait([BUSY], 50, jitter=1.0) < dt.timedelta(minutes=20)


def test_a_closing_that_a_clock_ahead_of_time_wrote_holds_nobody_up(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    tomorrow = now + dt.timedelta(days=1)
    PushHost.objects.create(host=FCM, closed_until=tomorrow, strikes=1, changed_at=tomorrow)
    people = make_people(site, 6)
    script(transport, people, WAIT)
    campaign = make_running(site)

    deliver_due(now=now, transport=transport)

    assert delivery_of(campaign, people[0]).attempts == 1
    assert PushHost.objects.get().closed_until < tomorrow  # type: ignore[operator]
