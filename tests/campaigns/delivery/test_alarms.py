"""Alarms: where far too much fails, the campaign waits for somebody to look into it, and nobody is lost."""

import datetime as dt

import pytest

from campaigns.delivery.alarms import Standing, is_alarming
from campaigns.delivery.rows import Outcome
from campaigns.lifecycle import resume_campaign
from campaigns.models import Campaign, Delivery
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import PushSubscription, Site
from tests import factories
from tests.campaigns.people import deliver_due, make_running

Status = Delivery.Status
GONE = Receipt(ReceiptStatus.GONE, 410, detail="410")


def make_outcomes(*, sent: int = 0, failed: int = 0) -> list[Outcome]:
    statuses = [Status.SENT] * sent + [Status.FAILED] * failed
    return [Outcome(number, number, 1, status) for number, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("standing", "sent", "failed", "alarming"),
    [
        (Standing(), 0, 99, False),  # few
        (Standing(), 0, 100, True),
        (Standing(), 100, 100, False),  # half
        (Standing(), 99, 100, True),
        (Standing(sent=1000, failed=10), 0, 500, False),
        (Standing(sent=400, failed=10), 0, 500, True),
        (Standing(failed=100, noted=100), 0, 500, False),  # known
        (Standing(failed=900, noted=100), 0, 100, True),  # far more than was known
    ],
)
def test_what_is_alarming(standing: Standing, sent: int, failed: int, alarming: bool) -> None:
    assert is_alarming(standing, make_outcomes(sent=sent, failed=failed)) is alarming


def fail_everywhere(site: Site, number: int) -> MemoryTransport:
    transport = MemoryTransport()
    for _ in range(number):
        device = factories.make_push_subscription(factories.make_subscriber(site))
        transport.script(device.endpoint, GONE, GONE)
    return transport


def test_a_campaign_in_which_most_pushes_fail_is_paused_and_says_why(site: Site, now: dt.datetime) -> None:
    transport = fail_everywhere(site, 110)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert "More than half of the pushes fail (110 of 110)" in campaign.status_reason
    assert "the device is gone" in campaign.status_reason


def test_nobody_is_lost_to_an_alarm_and_no_device_is_ended(site: Site, now: dt.datetime) -> None:
    transport = fail_everywhere(site, 110)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    assert set(campaign.deliveries.values_list("status", flat=True)) == {Status.PLANNED}
    assert not PushSubscription.objects.exclude(ended_at=None).exists()


def test_who_resumes_has_been_told_and_it_goes_on(site: Site, now: dt.datetime) -> None:
    transport = fail_everywhere(site, 110)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    resume_campaign(campaign, now=now)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert set(campaign.deliveries.values_list("status", flat=True)) == {Status.FAILED}
    assert not PushSubscription.objects.active().exists()
