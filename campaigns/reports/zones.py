"""How far a run has come in each time zone: who is due, being sent to, done. One statement."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from campaigns.models import Occurrence

READ_ZONES = """
SELECT delivery.timezone,
    count(*) FILTER (WHERE delivery.status = 'planned' AND NOT batch.awaits_winner AND delivery.due_at <= %(now)s),
    count(*) FILTER (WHERE delivery.status = 'planned' AND NOT batch.awaits_winner AND delivery.due_at > %(now)s),
    count(*) FILTER (WHERE delivery.status = 'planned' AND batch.awaits_winner),
    count(*) FILTER (WHERE delivery.status = 'sending'),
    count(*) FILTER (WHERE delivery.status IN ('sent', 'displayed', 'clicked')),
    count(*) FILTER (WHERE delivery.status IN ('failed', 'expired')),
    min(delivery.due_at) FILTER (
        WHERE delivery.status = 'planned' AND NOT batch.awaits_winner AND delivery.due_at > %(now)s),
    max(delivery.due_at) FILTER (WHERE delivery.status = 'planned')
FROM campaigns_delivery AS delivery
LEFT JOIN campaigns_batch AS batch ON batch.id = delivery.batch_id
WHERE delivery.campaign_id = %(campaign)s AND delivery.occurrence = %(number)s AND delivery.status <> 'skipped'
GROUP BY delivery.timezone
"""


@dataclass(frozen=True, slots=True)
class ZoneProgress:
    """Numbers of people of one time zone. `due` wait although it is their time, `later` until it is.

    `awaiting_winner` wait for the winner of the test. `ended` are the failed and expired. Who was skipped is not among
    them. `next_due_at` is when the next of those is due who wait for their time, `last_due_at` when the last of all is.
    """

    timezone: str
    due: int
    later: int
    awaiting_winner: int
    sending: int
    sent: int
    ended: int
    next_due_at: dt.datetime | None
    last_due_at: dt.datetime | None

    @property
    def total(self) -> int:
        return self.due + self.later + self.awaiting_winner + self.sending + self.sent + self.ended


def read_zones(run: Occurrence, *, now: dt.datetime) -> list[ZoneProgress]:
    """The largest first."""
    with connection.cursor() as cursor:
        cursor.execute(READ_ZONES, {"campaign": run.campaign_id, "number": run.number, "now": now})
        zones = [ZoneProgress(*row) for row in cursor.fetchall()]
    return sorted(zones, key=lambda zone: (-zone.total, zone.timezone))


def add_zones(zones: Sequence[ZoneProgress]) -> ZoneProgress:
    """Everybody together, under no name."""
    return ZoneProgress(
        timezone="",
        due=sum(zone.due for zone in zones),
        later=sum(zone.later for zone in zones),
        awaiting_winner=sum(zone.awaiting_winner for zone in zones),
        sending=sum(zone.sending for zone in zones),
        sent=sum(zone.sent for zone in zones),
        ended=sum(zone.ended for zone in zones),
        next_due_at=min((zone.next_due_at for zone in zones if zone.next_due_at), default=None),
        last_due_at=max((zone.last_due_at for zone in zones if zone.last_due_at), default=None),
    )
