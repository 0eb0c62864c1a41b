"""Sending: hand letters over, read the receipts, try the next device where one is gone or refused."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from campaigns.delivery.letters import Letter
from campaigns.delivery.people import Device
from campaigns.models import Campaign
from campaigns.transports.base import Push, Receipt, ReceiptStatus, Sender, Transport

# Whatever asking the same device again would not change.
_TRY_NEXT_DEVICE = {
    ReceiptStatus.GONE,
    ReceiptStatus.BAD_KEYS,
    ReceiptStatus.ENDPOINT_REFUSED,
    ReceiptStatus.REJECTED,
    ReceiptStatus.TOO_LARGE,  # Firefox's on Android take less than others
    ReceiptStatus.UNAUTHORIZED,
}


class Ending(NamedTuple):
    """A device that was tried, and its receipt."""

    device: Device
    receipt: Receipt


def send_letters(
    campaign: Campaign, letters: Sequence[Letter], *, now: dt.datetime, transport: Transport
) -> list[list[Ending]]:
    """Send all letters at the same time; for each the devices that were tried, in the order of letters.

    Either to all devices of each person, or to the first one that is neither gone nor refused.
    """
    endings: list[list[Ending]] = [[] for _ in letters]
    sender = Sender(campaign.site.vapid_private_key.reveal(), campaign.site.contact_email)
    to_all = campaign.devices == Campaign.Devices.ALL
    pending = [
        (index, device)
        for index, letter in enumerate(letters)
        for device in (letter.devices if to_all else letter.devices[:1])
    ]
    while pending:
        pushes = [_make_push(campaign, sender, letters[index], device) for index, device in pending]
        receipts = transport.send_pushes(pushes, now=now)
        for (index, device), receipt in zip(pending, receipts, strict=True):
            endings[index].append(Ending(device, receipt))
        pending = [] if to_all else _find_next(letters, endings, [index for index, _ in pending])
    return endings


def _find_next(
    letters: Sequence[Letter], endings: Sequence[Sequence[Ending]], tried: Sequence[int]
) -> list[tuple[int, Device]]:
    """The next device of everybody whose last one is gone or refused."""
    return [
        (index, letters[index].devices[len(endings[index])])
        for index in tried
        if endings[index][-1].receipt.status in _TRY_NEXT_DEVICE
        and len(endings[index]) < len(letters[index].devices)
    ]


def _make_push(campaign: Campaign, sender: Sender, letter: Letter, device: Device) -> Push:
    return Push(
        device.endpoint,
        device.p256dh,
        device.auth,
        letter.payload,
        letter.ttl,
        campaign.urgency,
        letter.topic,
        sender,
    )
