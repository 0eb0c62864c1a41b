"""A test push: for one person, outside of every report."""

import datetime as dt
import json

import pytest

from campaigns.delivery import send_test
from campaigns.models import Delivery
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import find_device, make_reachable
from tracking.models import Event


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def test_a_test_reaches_every_device_with_the_persons_own_words(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site, attributes={"first_name": "Ada"})
    factories.make_push_subscription(person)
    campaign = factories.make_campaign(site, title="Hello {{ subscriber.first_name }}")
    result = send_test(campaign, person, now=now, transport=transport)
    assert result.ok
    assert [json.loads(push.payload)["title"] for push in transport.sent] == ["Hello Ada"] * 2


def test_a_test_leaves_no_trace_and_its_feedback_counts_nowhere(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    send_test(factories.make_campaign(site), make_reachable(site), now=now, transport=transport)
    assert json.loads(transport.sent[0].payload)["token"] == ""
    assert not Delivery.objects.exists()
    assert not Event.objects.exists()


def test_somebody_without_a_device_cannot_be_sent_a_test(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = factories.make_subscriber(site, external_id="u-42")
    result = send_test(factories.make_campaign(site), person, now=now, transport=transport)
    assert (result.ok, result.sentence) == (False, "u-42 has no device that takes notifications.")


def test_a_message_that_cannot_be_put_together_is_explained(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    campaign = factories.make_campaign(site, title="{{ subscriber.name")
    result = send_test(campaign, make_reachable(site), now=now, transport=transport)
    assert not result.ok
    assert "{{ subscriber.name" in result.sentence


@pytest.mark.parametrize(
    "status", [status for status in ReceiptStatus if status is not ReceiptStatus.ACCEPTED]
)
def test_every_way_to_fail_has_its_sentence(
    site: Site, transport: MemoryTransport, now: dt.datetime, status: ReceiptStatus
) -> None:
    person = make_reachable(site)
    transport.script(find_device(person).endpoint, Receipt(status, detail="410 so it is"))
    result = send_test(factories.make_campaign(site), person, now=now, transport=transport)
    assert not result.ok
    assert result.sentence.endswith("(410 so it is)")


def test_a_device_that_is_gone_is_no_device_any_more(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site)
    transport.script(find_device(person).endpoint, Receipt(ReceiptStatus.GONE, 410))
    send_test(factories.make_campaign(site), person, now=now, transport=transport)
    assert find_device(person).ended_at == now
