"""A test push: the campaign as it is now, for one person, outside of any audience and report."""

import datetime as dt
from dataclasses import dataclass

from campaigns.delivery.device_news import note_devices, sort_devices
from campaigns.delivery.dispatch import send_letters
from campaigns.delivery.letters import Letter
from campaigns.delivery.people import read_people
from campaigns.delivery.receipts import choose_ending
from campaigns.models import Campaign
from campaigns.rendering import RenderingError, render_message
from campaigns.transports.base import ReceiptStatus, Transport
from subscribers.models import Subscriber
from subscribers.viewing import see_all

_TTL = 300  # seconds: whoever asks for a test is waiting for it

_SENTENCES = {
    ReceiptStatus.ACCEPTED: "The push service took the test; it should show up in a moment.",
    ReceiptStatus.GONE: "The device is gone: it does not take pushes any more.",
    ReceiptStatus.TOO_LARGE: "The message is too large for the push service.",
    ReceiptStatus.REJECTED: "The push service refused the message.",
    ReceiptStatus.RETRY: "The push service could not be reached or is busy. Try again in a minute.",
    ReceiptStatus.UNAUTHORIZED: "The push service does not accept the site’s signature.",
    ReceiptStatus.BAD_KEYS: "The device’s keys are not valid.",
    ReceiptStatus.ENDPOINT_REFUSED: "The device’s address is not one of a known push service.",
}


@dataclass(frozen=True, slots=True)
class TestResult:
    """How a test push went, in a sentence for the person who asked for it."""

    __test__ = False  # its name makes pytest take it for a test

    ok: bool
    sentence: str


def send_test(
    campaign: Campaign, subscriber: Subscriber, *, now: dt.datetime, transport: Transport
) -> TestResult:
    """Send the campaign to all devices of one subscriber right away. Leaves no delivery, and its feedback counts nowhere.

    It went well if at least one device's push service took it; the sentence speaks of the device that went best.
    """
    person = read_people([subscriber.pk]).get(subscriber.pk)
    if person is None or not person.devices:
        return TestResult(ok=False, sentence=f"{subscriber} has no device that takes notifications.")
    if campaign.site.push_key_problem:
        return TestResult(ok=False, sentence=campaign.site.push_key_problem)
    topic = f"test-{campaign.pk}"
    try:
        with see_all():  # what is sent to them is theirs to see
            payload = render_message(campaign, subscriber, token="", tag=topic, now=now).to_payload()
    except RenderingError as error:
        return TestResult(ok=False, sentence=str(error))
    letters = [Letter(payload, [device], _TTL, topic) for device in person.devices]
    endings = [tried[0] for tried in send_letters(campaign, letters, now=now, transport=transport)]
    note_devices(campaign.site_id, sort_devices(endings), now=now)
    receipt = choose_ending(endings).receipt
    sentence = _SENTENCES[receipt.status]
    shown = sentence if not receipt.detail else f"{sentence} ({receipt.detail})"
    return TestResult(ok=receipt.status is ReceiptStatus.ACCEPTED, sentence=shown)
