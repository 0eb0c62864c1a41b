"""Sending: render, hand over, read the receipts, try the next device where one is gone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.delivery.candidates import Candidate
from campaigns.delivery.retry import remaining_ttl
from campaigns.models import Campaign
from campaigns.rendering import make_topic, render_message
from campaigns.tokens import DeliveryKey, sign_token
from campaigns.transports.base import Push, Receipt, ReceiptStatus, Sender, Transport
from subscribers.models import PushSubscription
from subscribers.subscriptions import end_subscription

_TRY_NEXT_DEVICE = {ReceiptStatus.GONE, ReceiptStatus.BAD_KEYS, ReceiptStatus.ENDPOINT_REFUSED}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for one person, ready to be encrypted for any of their devices. `ttl` is in seconds."""

    payload: bytes
    devices: Sequence[PushSubscription]
    ttl: int
    topic: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The device that was tried last, and its receipt."""

    device: PushSubscription
    receipt: Receipt


def send_letters(
    campaign: Campaign, letters: Sequence[Letter], *, now: dt.datetime, transport: Transport
) -> list[Ending]:
    """Send all letters at the same time; where a device is gone, to the person's next one. In the order of letters.

    Subscriptions that turn out to be gone are ended.
    """
    endings: dict[int, Ending] = {}
    pending = list(range(len(letters)))
    turn = 0
    while pending:
        pushes = [_make_push(campaign, letters[index], letters[index].devices[turn]) for index in pending]
        for index, receipt in zip(pending, transport.send_pushes(pushes, now=now), strict=True):
            endings[index] = Ending(letters[index].devices[turn], receipt)
            _end_if_gone(endings[index], now=now)
        turn += 1
        pending = [
            index
            for index in pending
            if endings[index].receipt.status in _TRY_NEXT_DEVICE and len(letters[index].devices) > turn
        ]
    return [endings[index] for index in range(len(letters))]


def write_letter(campaign: Campaign, candidate: Candidate, *, now: dt.datetime) -> Letter:
    """Render somebody's message; RenderingError if it cannot be put together."""
    delivery = candidate.delivery
    topic = make_topic(delivery.campaign_id, delivery.occurrence)
    token = sign_token(DeliveryKey(delivery.campaign_id, delivery.occurrence, delivery.subscriber_id))
    message = render_message(campaign, candidate.person, token=token, tag=topic)
    ttl = remaining_ttl(delivery.due_at or now, campaign.ttl, now=now)
    return Letter(message.to_payload(), candidate.devices, ttl, topic)


def _end_if_gone(ending: Ending, *, now: dt.datetime) -> None:
    if ending.receipt.status is ReceiptStatus.GONE:
        end_subscription(ending.device, reason=PushSubscription.EndReason.GONE, now=now)


def _make_push(campaign: Campaign, letter: Letter, device: PushSubscription) -> Push:
    return Push(
        endpoint=device.endpoint,
        p256dh=device.p256dh,
        auth=device.auth,
        payload=letter.payload,
        ttl=letter.ttl,
        urgency=campaign.urgency,
        topic=letter.topic,
        sender=Sender(campaign.site.vapid_private_key, campaign.site.contact_email),
    )
