"""What the log forgets of one site: its events older than that site keeps them, whatever the others keep.

As for all sites (tracking/retention.py): first it is noted since when the site's log knows anything, then the rows go in
pieces, person by person, and what is left is for the next run. Summaries stay: they remember all that ever happened.
"""

import datetime as dt

from django.db import connection, transaction

from subscribers.arrays import write_array
from subscribers.changes import LOG, note_for_everyone
from subscribers.models import Site
from tracking.log import find_log_start
from tracking.partitions import find_start_of_week

BATCH_PEOPLE = 500
# A run gives way to the next after so many batches.
MOST_BATCHES = 500
FIND_PEOPLE = """
SELECT DISTINCT event.subscriber_id FROM tracking_event AS event
WHERE event.event_type_id = ANY(SELECT id FROM tracking_eventtype WHERE site_id = %s) AND event.occurred_at < %s LIMIT %s
"""
DELETE = """
DELETE FROM tracking_event AS event WHERE event.subscriber_id = ANY(%s::bigint[]) AND event.occurred_at < %s
"""


def forget_of_sites(*, now: dt.datetime) -> int:
    """Of every site that keeps events for so long only; how many events."""
    return sum(_forget_of(site, now) for site in Site.objects.filter(keep_event_weeks__gt=0).order_by("pk"))


def _forget_of(site: Site, now: dt.datetime) -> int:
    begins_at = _note_start(site, now)
    deleted = 0
    for _ in range(MOST_BATCHES):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FIND_PEOPLE, [site.pk, begins_at, BATCH_PEOPLE])
            people = [pk for (pk,) in cursor.fetchall()]
            if not people:
                break
            cursor.execute(DELETE, [write_array(people), begins_at])
            deleted += cursor.rowcount
    return deleted


@transaction.atomic
def _note_start(site: Site, now: dt.datetime) -> dt.datetime:
    """Since when its log knows anything. A log that was cut never begins earlier again."""
    wanted = find_start_of_week(now - dt.timedelta(weeks=site.keep_event_weeks))
    known = find_log_start(site.pk)
    if known is not None and known >= wanted:
        return known
    Site.objects.filter(pk=site.pk).update(log_begins_at=wanted)
    note_for_everyone(site.pk, [LOG], now=now)
    return wanted
