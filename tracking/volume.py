"""How much happened on each day: for pages that show trends over any number of events."""

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate

from subscribers.remembering import Remembered
from tracking.models import Event, EventType

# Counts of a day, by event type. Days that are over still change when a device reports late.
Counts = dict[int, int]
_counts = Remembered[Counts](Counts)
TODAY_SECONDS, YESTERDAY_SECONDS, OLDER_SECONDS = 10, 10 * 60, 6 * 60 * 60


def read_daily_counts(*, days: int, zone: ZoneInfo, now: dt.datetime) -> dict[dt.date, Counts]:
    """Events per event type for each of the last `days` days up to today in `zone`, oldest first.

    Days that are over come from the cache; what is missing there is counted from the index.
    """
    today = now.astimezone(zone).date()
    wanted = [today - dt.timedelta(days=age) for age in range(days - 1, -1, -1)]
    keys = {day: f"daily-events:{zone.key}:{day}" for day in wanted}
    cached = _counts.recall_many(keys.values())
    missing = [day for day in wanted if keys[day] not in cached]
    if missing:
        counted = _count_since(missing[0], zone, now)
        for day in missing:
            cached[keys[day]] = counted[day]
            _counts.keep(keys[day], counted[day], _keep_seconds(today - day))
    return {day: cached[keys[day]] for day in wanted}


def _keep_seconds(age: dt.timedelta) -> int:
    if age.days == 0:
        return TODAY_SECONDS
    return YESTERDAY_SECONDS if age.days == 1 else OLDER_SECONDS + age.days * 60


def _count_since(first: dt.date, zone: ZoneInfo, now: dt.datetime) -> defaultdict[dt.date, Counts]:
    midnight = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    # Naming every type lets the index on type and time answer, whatever else the partitions hold.
    types = list(EventType.objects.values_list("pk", flat=True))
    rows = (
        Event.objects.filter(event_type__in=types, occurred_at__gte=midnight, occurred_at__lte=now)
        .values_list("event_type_id", TruncDate("occurred_at", tzinfo=zone))
        .annotate(count=Count("*"))
        .order_by()
    )
    counts: defaultdict[dt.date, Counts] = defaultdict(dict)
    for event_type, day, count in rows:
        counts[day][event_type] = count
    return counts
