"""What sending finds out about devices: those that are gone are ended, those that are refused are counted."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings

from campaigns.delivery.dispatch import Ending
from campaigns.delivery.people import Device
from campaigns.transports.base import ReceiptStatus
from subscribers.models import PushSubscription
from subscribers.subscriptions import end_subscriptions, note_refusals

_Key = tuple[int, str]


class DeviceNews(NamedTuple):
    """Devices by subscriber and id: gone; refused, they alone; taken again after they were refused; strangers'."""

    gone: frozenset[_Key] = frozenset()
    refused: frozenset[_Key] = frozenset()
    taken: frozenset[_Key] = frozenset()
    strange: frozenset[_Key] = frozenset()


NO_NEWS = DeviceNews()


def sort_devices(
    endings: Iterable[Ending], refused: Iterable[Device] = (), strange: Iterable[Device] = ()
) -> DeviceNews:
    """What endings say; `refused` are the devices whose own fault it is, `strange` those to be set aside for it."""
    gone, taken = set(), set()
    for device, receipt in endings:
        if receipt.status is ReceiptStatus.GONE:
            gone.add((device.subscriber_id, device.id))
        elif device.refusals and receipt.status is ReceiptStatus.ACCEPTED:
            taken.add((device.subscriber_id, device.id))
    worn = frozenset((device.subscriber_id, device.id) for device in refused)
    aside = frozenset((device.subscriber_id, device.id) for device in strange)
    return DeviceNews(frozenset(gone), worn - aside, frozenset(taken), aside)


def note_devices(site_id: int, news: DeviceNews, *, now: dt.datetime) -> None:
    """Devices that their push service knows no more are reached no more; nor those that it refuses for good."""
    if news.gone:
        end_subscriptions(site_id, news.gone, reason=PushSubscription.EndReason.GONE, now=now)
    if news.strange:
        end_subscriptions(site_id, news.strange, reason=PushSubscription.EndReason.NEVER_TAKEN, now=now)
    if news.refused or news.taken:
        note_refusals(site_id, news.refused, news.taken, most=settings.DEVICE_REFUSALS, now=now)
