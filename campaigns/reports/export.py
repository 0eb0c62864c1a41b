"""What became of each person as CSV, a piece at a time, so that a million of them need no more memory than a thousand."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection

from campaigns.assignment import list_versions
from campaigns.models import Campaign, Delivery
from campaigns.rendering import list_buttons
from segments.looking.export import BYTE_ORDER_MARK, write_lines
from subscribers.formulas import guard_text
from subscribers.timezones import is_timezone, load_zone

EXPORTS = ("campaigns.view_campaign", "subscribers.export_subscriber")  # what whoever exports needs
COLUMNS = (
    "run", "subscriber id", "subscriber uuid", "external id", "version", "status", "reason", "detail", "due at",
    "due at (local time)", "time zone", "attempts", "sent at", "displayed at", "clicked at", "clicked on",
    "dismissed at", "device", "device id", "converted at", "conversions", "revenue", "currency",
)  # fmt: skip
CHUNK = 2000  # people
# Conversions that are owed to the push; whoever was deleted has no delivery any more.
READ_CHUNK = """
SELECT delivery.occurrence, delivery.subscriber_id, person.uuid, person.external_id, delivery.variant,
    delivery.status, delivery.reason, delivery.detail, delivery.due_at, delivery.timezone, delivery.attempts,
    delivery.sent_at, delivery.displayed_at, delivery.clicked_at, delivery.clicked_action, delivery.dismissed_at,
    device.kind, delivery.device_id, converted.first_at, converted.conversions,
    CASE WHEN converted.currencies < 2 THEN converted.revenue END, converted.currency
FROM (
    SELECT * FROM campaigns_delivery
    WHERE campaign_id = %(campaign)s AND (occurrence, subscriber_id) > (%(after_run)s, %(after_person)s)
        AND occurrence <= %(last_run)s
    ORDER BY occurrence, subscriber_id LIMIT %(chunk)s
) AS delivery
LEFT JOIN subscribers_subscriber AS person ON person.id = delivery.subscriber_id
LEFT JOIN subscribers_pushsubscription AS device
    ON device.subscriber_id = delivery.subscriber_id AND device.id = delivery.device_id
LEFT JOIN LATERAL (
    SELECT min(converted_at) AS first_at, count(*) AS conversions, sum(revenue) AS revenue,
        count(DISTINCT currency) FILTER (WHERE revenue IS NOT NULL) AS currencies,
        string_agg(DISTINCT currency, ' and ') FILTER (WHERE revenue IS NOT NULL AND currency <> '') AS currency
    FROM campaigns_conversion AS conversion
    WHERE conversion.campaign_id = %(campaign)s AND conversion.occurrence = delivery.occurrence
        AND conversion.subscriber_id = delivery.subscriber_id AND conversion.credit <> 'none'
) AS converted ON true
ORDER BY delivery.occurrence, delivery.subscriber_id
"""


def write_report(campaign: Campaign, *, occurrence: int | None = None) -> Iterator[str]:
    """Lines of CSV (RFC 4180) in the order of runs and ids, the names of the columns first.

    Read in pieces, each as it is at that moment. Instants are in UTC, but for the column that says otherwise.
    """
    yield BYTE_ORDER_MARK + write_lines([COLUMNS])
    clicks = _name_clicks(campaign)
    place = ((occurrence or 1) - 1, 2**62) if occurrence else (0, 0)
    last_run = occurrence or 2**31 - 1
    while rows := _read(campaign, place, last_run):
        yield write_lines(_describe(row, clicks) for row in rows)
        place = rows[-1][0], rows[-1][1]


def name_file(campaign: Campaign, *, occurrence: int | None, now: dt.datetime) -> str:
    run = f"-run-{occurrence}" if occurrence else ""
    return f"campaign-{campaign.pk}{run}-{campaign.site.find_day(now)}.csv"


def _read(campaign: Campaign, after: tuple[int, int], last_run: int) -> list[tuple[Any, ...]]:
    bound = {
        "campaign": campaign.pk,
        "after_run": after[0],
        "after_person": after[1],
        "last_run": last_run,
        "chunk": CHUNK,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ_CHUNK, bound)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _describe(row: tuple[Any, ...], clicks: dict[tuple[str, str], str]) -> list[str]:
    run, pk, uuid, external_id, variant, status, reason, detail, due_at, timezone, attempts, *times = row
    (
        sent_at,
        displayed_at,
        clicked_at,
        action,
        dismissed_at,
        kind,
        device_id,
        first_at,
        conversions,
        revenue,
        currency,
    ) = times
    values = [
        run, pk, uuid, external_id, variant, Delivery.Status(status).label,
        Delivery.Reason(reason).label if reason else "", detail, due_at, _find_local(due_at, timezone), timezone,
        attempts, sent_at, displayed_at, clicked_at,
        clicks.get((variant, action), action) if clicked_at else "",
        dismissed_at, kind, device_id, first_at, conversions, revenue, currency,
    ]  # fmt: skip
    return [_write_value(value) for value in values]


def _write_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return guard_text(value) if isinstance(value, str) else str(value)


def _find_local(due_at: dt.datetime | None, timezone: str) -> str:
    """On the clock of the zone that their time was worked out in; nothing for one that is in no database any more."""
    return (
        f"{due_at.astimezone(load_zone(timezone)):%Y-%m-%d %H:%M}" if due_at and is_timezone(timezone) else ""
    )


def _name_clicks(campaign: Campaign) -> dict[tuple[str, str], str]:
    """What stood on what was clicked, by version and action."""
    names = {}
    for version in list_versions(campaign):
        names[version.letter, ""] = "the notification"
        for number, (title, _) in enumerate(list_buttons(version.message), start=1):
            names[version.letter, f"a{number}"] = title
    return names
