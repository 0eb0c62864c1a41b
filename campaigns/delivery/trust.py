"""Whose refusals say something of us: anybody may register devices, and those must not stop a campaign for the others.

A push service or a device that took a push of this site before, and does not now, is evidence. One that never did is at
fault itself, as long as somebody takes our pushes.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from campaigns.delivery.dispatch import Ending
from campaigns.delivery.people import Device
from campaigns.models import Batch, Delivery, TakingHost
from campaigns.transports.base import ReceiptStatus
from subscribers.arrays import write_array

Key = tuple[int, str]

RECENT = dt.timedelta(days=1)  # a device that was registered since is no reason for an alarm

_FIND_TAKEN = """
SELECT device.subscriber_id, device.id::text, device.created_at
FROM subscribers_pushsubscription AS device
WHERE device.subscriber_id = ANY(%(people)s::bigint[]) AND device.id = ANY(%(devices)s::uuid[])
  AND EXISTS (SELECT FROM campaigns_delivery AS delivery
              WHERE delivery.subscriber_id = device.subscriber_id AND delivery.device_id = device.id
                AND delivery.sent_at IS NOT NULL)
"""
_NOTE_TAKING = """
INSERT INTO campaigns_takinghost (site_id, host, taken_at)
SELECT %s, host, %s FROM unnest(%s::text[]) AS new (host) ORDER BY host
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Trust:
    """What is known of those who refused a chunk: `taking` are the push services that took a push of this site before;
    `familiar` the devices that did, `settled` those of them that were registered a while ago.

    `is_signed_well`: somebody takes our pushes in this very run. `has_untried`: others are still to be tried.
    """

    taking: frozenset[str] = frozenset()
    familiar: frozenset[Key] = frozenset()
    settled: frozenset[Key] = frozenset()
    is_signed_well: bool = False
    has_untried: bool = False

    @property
    def is_new(self) -> bool:
        """Nobody has ever taken a push of this site: it cannot be told yet who is at fault."""
        return not self.taking and not self.is_signed_well

    def knows(self, device: Device) -> bool:
        return (device.subscriber_id, device.id) in self.familiar

    def counts(self, tried: Iterable[Ending]) -> bool:
        """Whether it is a reason for an alarm that somebody's devices failed."""
        if self.is_new:
            return not self.has_untried
        return any((ending.device.subscriber_id, ending.device.id) in self.settled for ending in tried)


NOBODY_REFUSED = Trust()


def read_trust(batch: Batch, site_id: int, tried: Sequence[Ending], *, sent: int, now: dt.datetime) -> Trust:
    """What is known of those who did not take a push; `sent`: how many took one earlier in this run."""
    bad = [ending.device for ending in tried if ending.receipt.status is not ReceiptStatus.ACCEPTED]
    if not bad:
        return NOBODY_REFUSED
    taking = frozenset(TakingHost.objects.filter(site=site_id).values_list("host", flat=True))
    is_signed_well = sent > 0 or len(bad) < len(tried)
    familiar = _find_familiar(bad) if taking or is_signed_well else {}
    return Trust(
        taking,
        frozenset(familiar),
        frozenset(key for key, created_at in familiar.items() if created_at <= now - RECENT),
        is_signed_well,
        _has_untried(batch) if not taking and not is_signed_well else False,
    )


def note_taking(site_id: int, tried: Iterable[Ending], *, now: dt.datetime) -> None:
    """Remember which push services took a push of this site."""
    hosts = {ending.device.host for ending in tried if ending.receipt.status is ReceiptStatus.ACCEPTED}
    if hosts:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE_TAKING, [site_id, now, sorted(hosts)])


def _find_familiar(devices: Collection[Device]) -> dict[Key, dt.datetime]:
    values = {
        "people": write_array(device.subscriber_id for device in devices),
        "devices": write_array(device.id for device in devices),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND_TAKEN, values)
        return {(person, device): created_at for person, device, created_at in cursor.fetchall()}


def _has_untried(batch: Batch) -> bool:
    run = Delivery.objects.filter(campaign=batch.campaign_id, occurrence=batch.occurrence)
    return run.filter(status=Delivery.Status.PLANNED, attempts=0).exists()
