"""The one statement that a report is read with, whatever it is broken down by.

It puts each delivery beside what is known of its person, device and conversions, adds up what is alike in all of that,
and then adds those few sums up once for each breakdown. So all of a report's tables are about the same instant, and a
million deliveries are gone through once.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from campaigns.schedule import is_by_local_time
from subscribers.arrays import write_texts
from subscribers.database_zones import find_database_zone, list_database_zones
from tracking.operations import UNSUBSCRIBED

# Whoever unsubscribes within this of being sent something is counted as having left after it.
LEAVING_WINDOW = dt.timedelta(days=1)
# What deliveries are told apart by, and the breakdowns that are made of it.
COLUMNS = (
    "status", "reason", "variant", "hour", "device", "country", "timezone", "sent_hour", "clicked_hour", "action",
)  # fmt: skip
BREAKDOWNS = {
    "outcome": ("status", "reason"),
    "variant": ("variant",),
    "hour": ("hour",),
    "device": ("device",),
    "country": ("country",),
    "timezone": ("timezone",),
    "sent_hour": ("sent_hour",),
    "clicked_hour": ("clicked_hour",),
    "action": ("variant", "action"),
}
SUMS = ("people", "sent", "displayed", "clicked", "converted", "conversions", "revenue", "unsubscribed")

HANDED_OVER = "delivery.status IN ('sent', 'displayed', 'clicked')"
# An event that several runs can claim counts for one of them: the last one that was clicked, else the last one seen.
# Events are the survivor's, where the person of a delivery was merged.
WITH = """
WITH claimed AS (
    SELECT DISTINCT ON (event_id) occurrence, subscriber_id, revenue
    FROM campaigns_conversion
    WHERE campaign_id = %(campaign)s AND credit <> 'none' AND occurrence = COALESCE(%(occurrence)s, occurrence)
    ORDER BY event_id, credit = 'click' DESC, occurrence DESC
), converted AS (
    SELECT occurrence, subscriber_id, count(*) AS conversions, COALESCE(sum(revenue), 0) AS revenue
    FROM claimed GROUP BY occurrence, subscriber_id
), leaving AS (
    SELECT person.id AS subscriber_id, array_agg(event.occurred_at) AS left_at
    FROM tracking_event AS event
    JOIN subscribers_subscriber AS person
        ON person.id = event.subscriber_id OR person.merged_into_id = event.subscriber_id
    WHERE event.occurred_at >= %(since)s AND event.event_type_id = (
        SELECT id FROM tracking_eventtype WHERE site_id = %(site)s AND name = %(leaves)s)
    GROUP BY person.id
)
"""
COUNTS = f"""
    count(*) AS people,
    count(*) FILTER (WHERE {HANDED_OVER}) AS sent,
    count(*) FILTER (WHERE delivery.status IN ('displayed', 'clicked')) AS displayed,
    count(*) FILTER (WHERE delivery.status = 'clicked') AS clicked,
    count(converted.conversions) AS converted,
    COALESCE(sum(converted.conversions), 0) AS conversions,
    COALESCE(sum(converted.revenue), 0) AS revenue,
    count(*) FILTER (WHERE {HANDED_OVER} AND leaving.left_at IS NOT NULL AND EXISTS (
        SELECT FROM unnest(leaving.left_at) AS one
        WHERE one >= delivery.sent_at AND one < delivery.sent_at + %(leaving_window)s)) AS unsubscribed
"""
WHAT_FOLLOWED = """
LEFT JOIN converted ON converted.occurrence = delivery.occurrence AND converted.subscriber_id = delivery.subscriber_id
LEFT JOIN leaving ON leaving.subscriber_id = delivery.subscriber_id
"""
OF_CAMPAIGN = """
delivery.campaign_id = %(campaign)s
AND delivery.occurrence BETWEEN COALESCE(%(occurrence)s::int, 0) AND COALESCE(%(occurrence)s::int, 2147483647)
"""
READ_FIGURES = f"""
{WITH}, alike AS (
    SELECT delivery.status, delivery.reason, delivery.variant, delivery.timezone,
        CASE WHEN {HANDED_OVER} THEN extract(hour FROM delivery.sent_at AT TIME ZONE
            CASE WHEN delivery.timezone = ANY(%(own_zones)s::text[]) THEN delivery.timezone ELSE %(zone)s END)::int END AS hour,
        device.kind AS device, person.country,
        CASE WHEN {HANDED_OVER} THEN date_trunc('hour', delivery.sent_at) END AS sent_hour,
        CASE WHEN delivery.status = 'clicked' THEN date_trunc('hour', delivery.clicked_at) END AS clicked_hour,
        CASE WHEN delivery.status = 'clicked' THEN delivery.clicked_action END AS action,
        {COUNTS}
    FROM campaigns_delivery AS delivery
    LEFT JOIN subscribers_subscriber AS person ON person.id = delivery.subscriber_id
    LEFT JOIN subscribers_pushsubscription AS device
        ON device.subscriber_id = delivery.subscriber_id AND device.id = delivery.device_id
    {WHAT_FOLLOWED}
    WHERE {OF_CAMPAIGN}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)
SELECT GROUPING({", ".join(COLUMNS)}), {", ".join(COLUMNS)}, {", ".join(f"sum({name})" for name in SUMS)}
FROM alike
GROUP BY GROUPING SETS ({", ".join(f"({', '.join(columns)})" for columns in BREAKDOWNS.values())})
"""  # noqa: S608  # our own words; values are bound
READ_SEGMENTS = f"""
{WITH}
SELECT member.segment_id, {COUNTS}
FROM campaigns_delivery AS delivery
JOIN segments_membership AS member
    ON member.subscriber_id = delivery.subscriber_id AND member.segment_id = ANY(%(segments)s)
{WHAT_FOLLOWED}
WHERE {OF_CAMPAIGN}
GROUP BY member.segment_id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of people, but for `conversions` and `revenue`. `people` counts also those who were not sent it.

    `converted` after a click, or after it was seen, within the campaign's windows; `unsubscribed` within LEAVING_WINDOW.
    """

    people: int
    sent: int
    displayed: int
    clicked: int
    converted: int
    conversions: int
    revenue: float
    unsubscribed: int


NOTHING = Figures(0, 0, 0, 0, 0, 0, 0.0, 0)
# Of each breakdown: the values that its columns have in common, and their figures.
Broken = dict[str, list[tuple[tuple[Any, ...], Figures]]]


def read_figures(campaign: Campaign, *, occurrence: int | None) -> Broken:
    """What became of everybody, by each breakdown: of one run, or of all."""
    broken: Broken = {name: [] for name in BREAKDOWNS}
    by_mask = {_make_mask(columns): name for name, columns in BREAKDOWNS.items()}
    for mask, *row in _run(READ_FIGURES, campaign, occurrence=occurrence):
        name = by_mask[mask]
        values = dict(zip(COLUMNS, row, strict=False))
        key = tuple(values[column] for column in BREAKDOWNS[name])
        broken[name].append((key, _make_figures(row[len(COLUMNS) :])))
    return broken


def read_segment_figures(
    campaign: Campaign, segments: Sequence[int], *, occurrence: int | None
) -> dict[int, Figures]:
    """The same of those who are members of each segment now; somebody may be in several."""
    rows = _run(READ_SEGMENTS, campaign, occurrence=occurrence, segments=list(segments))
    return {pk: _make_figures(sums) for pk, *sums in rows}


def add_figures(figures: Sequence[Figures]) -> Figures:
    return Figures(*(sum(getattr(each, name) for each in figures) for name in SUMS))


def _run(
    statement: str, campaign: Campaign, *, occurrence: int | None, **values: Any
) -> Iterator[tuple[Any, ...]]:
    bound: dict[str, Any] = {
        "campaign": campaign.pk,
        "occurrence": occurrence,
        "since": campaign.launched_at or campaign.created_at,
        "site": campaign.site_id,
        "leaves": UNSUBSCRIBED,
        "leaving_window": LEAVING_WINDOW,
        "zone": find_database_zone(campaign.site.timezone),
        # By each person's own clock where that decided when it was sent.
        "own_zones": write_texts(list_database_zones()) if is_by_local_time(campaign) else "{}",
        **values,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, bound)
        yield from cursor.fetchall()


def _make_mask(columns: Sequence[str]) -> int:
    """What GROUPING() says of rows that stand for these columns: one bit, from the left, for each of the others."""
    return int("".join("0" if column in columns else "1" for column in COLUMNS), 2)


def _make_figures(sums: Sequence[Any]) -> Figures:
    *counts, revenue, unsubscribed = sums
    people, sent, displayed, clicked, converted, conversions = (int(count) for count in counts)
    return Figures(
        people, sent, displayed, clicked, converted, conversions, float(revenue), int(unsubscribed)
    )
