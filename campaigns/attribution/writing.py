"""Conversions as they should be, written over those that are there; what is owed to a push goes into the log."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from campaigns.attribution.credits import Credit, Credited
from campaigns.attribution.scope import Scope
from campaigns.events import make_conversion_event
from campaigns.models import Conversion
from tracking.log import record_events

_Key = tuple[int, UUID]


def write_conversions(
    scope: Scope, subscriber_ids: Sequence[int], chosen: Iterable[Credited], *, now: dt.datetime
) -> int:
    """Let just those chosen be the conversions of these subscribers in the run; how many rows that changed."""
    rows = Conversion.objects.filter(campaign=scope.campaign.pk, occurrence=scope.run.number)
    stored = {_key(row): row for row in rows.filter(subscriber_id__in=subscriber_ids)}
    wanted = {(each.candidate.subscriber_id, each.candidate.event_id): each for each in chosen}
    stale = [row.pk for key, row in stored.items() if key not in wanted]
    Conversion.objects.filter(pk__in=stale).delete()
    changed = [each for key, each in wanted.items() if not _is_stored(stored.get(key), each)]
    Conversion.objects.bulk_create(
        [_make_row(scope, each) for each in changed],
        update_conflicts=True,
        unique_fields=["campaign", "occurrence", "subscriber_id", "event_id"],
        update_fields=["converted_at", "credit", "revenue", "currency", "unread"],
    )
    _tell(scope, [each for each in changed if each.credit != Credit.NONE], now=now)
    return len(stale) + len(changed)


def _key(row: Conversion) -> _Key:
    return row.subscriber_id, row.event_id


def _is_stored(row: Conversion | None, wanted: Credited) -> bool:
    each = wanted.candidate
    values = (each.converted_at, wanted.credit, each.revenue, each.currency, each.unread)
    return row is not None and (row.converted_at, row.credit, row.revenue, row.currency, row.unread) == values


def _make_row(scope: Scope, each: Credited) -> Conversion:
    return Conversion(
        campaign_id=scope.campaign.pk,
        occurrence=scope.run.number,
        subscriber_id=each.candidate.subscriber_id,
        event_id=each.candidate.event_id,
        converted_at=each.candidate.converted_at,
        credit=each.credit,
        revenue=each.candidate.revenue,
        currency=each.candidate.currency,
        unread=each.candidate.unread,
    )


def _tell(scope: Scope, owed: Iterable[Credited], *, now: dt.datetime) -> None:
    """One `$converted` for each event, however often it is worked out again."""
    events = [
        make_conversion_event(
            scope.campaign,
            each.candidate.event_id,
            goal=scope.goal.event,
            credit=each.credit,
            revenue=each.candidate.revenue,
            person_id=each.candidate.person_id,
            at=each.candidate.converted_at,
        )
        for each in owed
    ]
    if events:
        record_events(scope.campaign.site, events, received_at=now)
