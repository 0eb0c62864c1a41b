"""People who moved to another time zone since planning: they get it when clocks show the planned hour where they are now."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from campaigns.audience import find_survivors
from campaigns.delivery.rows import ClaimedRow, Outcome
from campaigns.models import Batch, Campaign, Delivery, Occurrence
from campaigns.schedule import choose_zone, find_due_elsewhere, is_by_local_time
from subscribers.arrays import write_array, write_texts
from subscribers.timezones import is_timezone

# Whose zone is another one than the one that was planned with, and whoever was merged.
_READ_MOVED = """
SELECT person.id, person.timezone, person.merged_into_id
FROM unnest(%s::bigint[], %s::text[]) AS planned (id, timezone)
JOIN subscribers_subscriber AS person ON person.id = planned.id
WHERE person.merged_into_id IS NOT NULL OR (person.timezone <> '' AND person.timezone <> planned.timezone)
"""


def follow_moves(
    batch: Batch, rows: Sequence[ClaimedRow], *, now: dt.datetime
) -> tuple[list[ClaimedRow], list[Outcome]]:
    """Those whose hour it is where they are now, and what becomes of the others: put off, or too late for them.

    Nobody was sent anything yet who is put off. A retry is not looked at again, and neither is whoever was late at
    planning and is sent it for that reason alone, whatever their clock shows.
    """
    campaign = batch.campaign
    if not is_by_local_time(campaign):
        return list(rows), []
    fresh = [row for row in rows if row.attempt == 1]
    moved = _read_moved(fresh)
    planned_at = _find_planning(batch) if moved else None
    outcomes = {
        row.subscriber_id: outcome
        for row in fresh
        if row.subscriber_id in moved and row.due_at != planned_at
        if (outcome := _judge(campaign, row, moved[row.subscriber_id], now=now)) is not None
    }
    return [row for row in rows if row.subscriber_id not in outcomes], list(outcomes.values())


def _read_moved(rows: Sequence[ClaimedRow]) -> dict[int, str]:
    """Where people live now, if that is elsewhere. Whoever was merged lives where their survivor does."""
    if not rows:
        return {}
    ids, zones = write_array(row.subscriber_id for row in rows), write_texts(row.timezone for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(_READ_MOVED, [ids, zones])
        found = cursor.fetchall()
    survivors = find_survivors([pk for pk, _, into in found if into is not None])
    current = {pk: survivors[pk].timezone if into is not None else zone for pk, zone, into in found}
    planned = {row.subscriber_id: row.timezone for row in rows}
    return {pk: zone for pk, zone in current.items() if is_timezone(zone) and zone != planned[pk]}


def _find_planning(batch: Batch) -> dt.datetime | None:
    runs = Occurrence.objects.filter(campaign=batch.campaign_id, number=batch.occurrence)
    return runs.values_list("as_of", flat=True).first()


def _judge(campaign: Campaign, row: ClaimedRow, timezone: str, *, now: dt.datetime) -> Outcome | None:
    """None: it is their hour there, too, or no later than it may be."""
    before = choose_zone(row.timezone, campaign.site.timezone).zone
    due = find_due_elsewhere(
        campaign, row.due_at, before, choose_zone(timezone, campaign.site.timezone).zone, now=now
    )
    if not due.reason and due.at <= now:
        return None
    return Outcome(
        row.subscriber_id,
        row.subscriber_id,
        row.attempt,
        Delivery.Status.SKIPPED if due.reason else Delivery.Status.PLANNED,
        due.reason,
        retry_at=None if due.reason else due.at,
        untried=True,
        timezone=timezone,
    )
