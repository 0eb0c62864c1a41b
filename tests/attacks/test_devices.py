"""Whatever strangers register as devices, a campaign must not be kept from anybody else."""

import datetime as dt
import uuid

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from campaigns.models import Campaign, Delivery
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, make_reachable, make_running

pytestmark = pytest.mark.django_db

Status = Delivery.Status
EndReason = PushSubscription.EndReason
FCM, APPLE = "fcm.googleapis.com", "web.push.apple.com"
REFUSED = Receipt(ReceiptStatus.UNAUTHORIZED, 403, detail="403")
ANSWERS = [
    REFUSED,
    Receipt(ReceiptStatus.GONE, 410, detail="410"),
    Receipt(ReceiptStatus.REJECTED, 400, detail="400"),
    Receipt(ReceiptStatus.BAD_KEYS, detail="bad keys"),
    Receipt(ReceiptStatus.TOO_LARGE, 413, detail="413"),
    Receipt(ReceiptStatus.RETRY, 503, detail="503"),
]
MUCH = 40  # more answers than anybody is tried


def make_stranger(
    site: Site, transport: MemoryTransport, receipt: Receipt = REFUSED, host: str = APPLE
) -> PushSubscription:
    device = factories.make_push_subscription(
        factories.make_subscriber(site), endpoint=f"https://{host}/{uuid.uuid4()}", created_at=factories.NOW
    )
    transport.script(device.endpoint, *[receipt] * MUCH)
    return device


def deliver_for_an_hour(campaign: Campaign, transport: MemoryTransport, now: dt.datetime) -> None:
    for minutes in (0, 1, 2, 4, 8, 16, 32, 60):
        deliver_due(now=now + dt.timedelta(minutes=minutes), transport=transport)
        campaign.refresh_from_db()


def make_familiar(site: Site, now: dt.datetime, number: int = 3) -> list[Subscriber]:
    """People to whom a campaign was sent the day before."""
    people = [make_reachable(site) for _ in range(number)]
    make_running(site)
    deliver_due(now=now, transport=MemoryTransport())
    return people


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


@pytest.mark.parametrize("size", [1, 3, 500])
def test_three_refusing_devices_of_a_strange_host_do_not_pause_a_campaign(
    site: Site, transport: MemoryTransport, now: dt.datetime, settings: Settings, size: int
) -> None:
    settings.SEND_CONCURRENCY = size
    strangers = [make_stranger(site, transport) for _ in range(3)]
    honest = make_reachable(site)
    campaign = make_running(site)

    deliver_for_an_hour(campaign, transport, now)

    assert campaign.status == Campaign.Status.FINISHED
    assert delivery_of(campaign, honest).status == Status.SENT
    ends = PushSubscription.objects.filter(id__in=[device.id for device in strangers])
    assert {device.end_reason for device in ends} == {EndReason.NEVER_TAKEN}


def test_strangers_at_a_host_that_takes_others_do_not_pause_a_campaign(
    site: Site, transport: MemoryTransport, now: dt.datetime, settings: Settings
) -> None:
    """Their chunk holds nobody else: all that this host says in it is no."""
    honest = make_familiar(site, now)
    settings.SEND_CONCURRENCY = 3
    for _ in range(6):
        make_stranger(site, transport, host=FCM)
    campaign = make_running(site)

    deliver_for_an_hour(campaign, transport, now)

    assert campaign.status == Campaign.Status.FINISHED
    assert {delivery_of(campaign, person).status for person in honest} == {Status.SENT}


def test_a_host_that_took_pushes_and_now_refuses_everything_still_pauses(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    people = make_familiar(site, now)
    for device in PushSubscription.objects.all():
        transport.script(device.endpoint, REFUSED)
    campaign = make_running(site)

    deliver_due(now=now, transport=transport)

    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert {delivery_of(campaign, person).status for person in people} == {Status.PLANNED}
    assert not PushSubscription.objects.exclude(ended_at=None).exists()


@pytest.mark.parametrize("receipt", ANSWERS[:4], ids=lambda receipt: receipt.status.value)
def test_a_crowd_of_failing_strangers_raises_no_alarm(
    site: Site, transport: MemoryTransport, now: dt.datetime, settings: Settings, receipt: Receipt
) -> None:
    settings.SEND_CONCURRENCY = 60
    honest = [make_reachable(site)]
    for _ in range(130):
        make_stranger(site, transport, receipt, FCM)
    honest.append(make_reachable(site))
    campaign = make_running(site)

    deliver_for_an_hour(campaign, transport, now)

    assert campaign.status == Campaign.Status.FINISHED
    assert {delivery_of(campaign, person).status for person in honest} == {Status.SENT}


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    crowd=st.lists(
        st.none() | st.tuples(st.sampled_from(ANSWERS), st.sampled_from([FCM, APPLE])), max_size=12
    ),
    size=st.sampled_from([1, 3, 500]),
    is_known=st.booleans(),
)
def test_whatever_strangers_register_everybody_else_is_reached(
    db: None, crowd: list[tuple[Receipt, str] | None], size: int, is_known: bool
) -> None:
    site, transport, now = factories.make_site(), MemoryTransport(), factories.NOW
    honest = make_familiar(site, now, 1) if is_known else []
    for each in [*crowd, None]:
        if each:
            make_stranger(site, transport, *each)
        else:
            honest.append(make_reachable(site))
    with override_settings(SEND_CONCURRENCY=size):
        campaign = make_running(site)
        deliver_for_an_hour(campaign, transport, now)

    assert campaign.status != Campaign.Status.PAUSED
    assert {delivery_of(campaign, person).status for person in honest} == {Status.SENT}
