"""Back-pressure: what waits, and how long it has, told before anybody feels it. Cheap at any size: nothing is counted out."""

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce

from segments.models import Segment
from segments.rewinding import ask_ahead
from subscribers.models import SubscriberChange
from tracking.models import InboxItem
from tracking.patience import read_trouble

MOST_COUNTED = 10_000  # rows; of more, “more than” is said

# How much later than what is live an import may be before it is called slow.
IMPORT_FACTOR = 60
# What was set aside lies apart in the index, as each lane does.
COUNT_INBOX = """
SELECT lane,
    (SELECT count(*) FROM (
        SELECT FROM tracking_inboxitem AS item
        WHERE item.shard BETWEEN 0 AND %(last)s AND item.lane = lanes.lane AND item.failed_at IS NULL LIMIT %(most)s
    ) AS waiting),
    (SELECT min(oldest.received_at) FROM generate_series(0, %(last)s) AS shards (shard) CROSS JOIN LATERAL (
        SELECT received_at FROM tracking_inboxitem AS item
        WHERE item.shard = shards.shard AND item.lane = lanes.lane AND item.failed_at IS NULL ORDER BY item.id LIMIT 1
    ) AS oldest),
    (SELECT count(*) FROM (
        SELECT FROM tracking_inboxitem WHERE failed_at IS NOT NULL LIMIT %(most)s
    ) AS set_aside)
FROM (VALUES (0), (1)) AS lanes (lane) ORDER BY lane
"""


@dataclass(frozen=True)
class Pressure:
    """One stage: whether it falls behind (`is_slow`), in a sentence, and the same in figures.

    `is_wrong`: what it says or does is not true, and nobody should go by it.
    """

    is_slow: bool
    detail: str
    figures: dict[str, float | None] = field(default_factory=dict)
    is_wrong: bool = False


def read_pressure(*, now: dt.datetime) -> dict[str, Pressure]:
    """By stage, in the order in which data goes through them."""
    return {
        "inbox": _read_inbox(now),
        "following": _read_following(now),
        "segments": _read_segments(now),
    }


def _read_inbox(now: dt.datetime) -> Pressure:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_INBOX, {"most": MOST_COUNTED + 1, "last": InboxItem.SHARDS - 1})
        (_, live, live_at, set_aside), (_, imports, import_at, _) = cursor.fetchall()
    age, import_age = _measure_age(live_at, now), _measure_age(import_at, now)
    trouble = read_trouble()
    too_old = (age or 0, (import_age or 0) / IMPORT_FACTOR)
    detail = f"{_say_count(live, 'request')} wait{'s' if live == 1 else ''} in the inbox{_say_age(age)},"
    if imports:
        detail += f" {_say_number(imports)} in its import lane{_say_age(import_age)},"
    detail += f" {set_aside:,} {'was' if set_aside == 1 else 'were'} set aside"
    if trouble:
        detail += f"; worker {trouble.worker} puts them off since {trouble.since:%Y-%m-%d %H:%M:%S} UTC: {trouble.cause}"
    return Pressure(
        bool(trouble) or max(too_old) > settings.HEALTH_INBOX_SECONDS,
        detail,
        {
            "waiting": live,
            "oldest_seconds": age,
            "import_waiting": imports,
            "import_oldest_seconds": import_age,
            "set_aside": set_aside,
        },
    )


def _read_following(now: dt.datetime) -> Pressure:
    rows = SubscriberChange.objects.order_by("pk").values("changed_at")[: MOST_COUNTED + 1]
    found = rows.aggregate(waiting=Count("*"), oldest_at=Min("changed_at"))
    age = _measure_age(found["oldest_at"], now)
    waiting = found["waiting"]
    return Pressure(
        age is not None and age > settings.HEALTH_FOLLOWING_SECONDS,
        f"{_say_count(waiting, 'change')} wait{'s' if waiting == 1 else ''} to be followed{_say_age(age)}",
        {"waiting": waiting, "oldest_seconds": age},
    )


def _read_segments(now: dt.datetime) -> Pressure:
    """There are few segments. One that is set aside waits for a person, so it is no reason to call this slow."""
    followed = Q(kind=Segment.Kind.LIVE) & ~Q(status=Segment.Status.FAILED)
    found = Segment.objects.aggregate(
        set_aside=Count("pk", filter=Q(status=Segment.Status.FAILED)),
        building=Count("pk", filter=Q(status=Segment.Status.BUILDING)),
        oldest_at=Min(Coalesce("refreshed_at", "updated_at"), filter=followed),
        ahead=Count("pk", filter=ask_ahead(now)),
    )
    ahead = found["ahead"]
    frozen = f"; {ahead:,} {'is' if ahead == 1 else 'are'} ahead of time and about to be built anew"
    lag = _measure_age(found["oldest_at"], now)
    behind = f"; the one furthest behind is right as of {lag:,.0f} s ago" if lag is not None else ""
    return Pressure(
        lag is not None and lag > settings.HEALTH_SEGMENTS_SECONDS,
        f"{_say_count(found['building'], 'segment')} wait{'s' if found['building'] == 1 else ''} to be built,"
        f" {found['set_aside']:,} {'is' if found['set_aside'] == 1 else 'are'} set aside{behind}{frozen if ahead else ''}",
        {
            "building": found["building"],
            "set_aside": found["set_aside"],
            "lag_seconds": lag,
            "ahead": ahead,
        },
        is_wrong=ahead > 0,
    )


def _measure_age(instant: dt.datetime | None, now: dt.datetime) -> float | None:
    """In seconds."""
    return max((now - instant) / dt.timedelta(seconds=1), 0.0) if instant else None


def _say_age(age: float | None) -> str:
    return f" (the oldest for {age:,.0f} s)" if age is not None else ""


def _say_number(count: int) -> str:
    return f"more than {MOST_COUNTED:,}" if count > MOST_COUNTED else f"{count:,}"


def _say_count(count: int, noun: str) -> str:
    return f"{_say_number(count)} {noun}{'' if count == 1 else 's'}"


ADVICE = {
    "inbox": "What visitors do is applied late: start another ingest worker.",
    "following": "Segments follow late: is the worker on the queue “segments” at work?",
    "segments": "Are beat and the worker on the queue “segments” at work?",
    "weeks": "Is a worker on the queue “upkeep” at work? Its log says what it waits for.",
    "clocks": "Set the clock, and keep it by NTP: until then jobs are not done there.",
}


def list_concerns(stages: dict[str, Pressure]) -> list[str]:
    """What an operator should look at, in sentences; none: all is well."""
    concerns = [
        f"{stage.detail}. {ADVICE[name]}" for name, stage in stages.items() if stage.is_slow or stage.is_wrong
    ]
    set_aside = stages["segments"].figures["set_aside"] or 0
    if set_aside:
        one = set_aside == 1
        concerns.append(
            f"{set_aside:,.0f} segment{' is' if one else 's are'} set aside: {'its page says' if one else 'their pages say'} why."
        )
    left = stages["inbox"].figures["set_aside"] or 0
    if left:
        concerns.append(
            f"{left:,.0f} operation{' was' if left == 1 else 's were'} set aside and wait{'s' if left == 1 else ''} for somebody:"
            " Machinery → Set aside says why."
        )
    return concerns
