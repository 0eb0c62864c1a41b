"""The append-only event log: the one place that writes events, their types and their summaries."""

import dataclasses
import datetime as dt
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from subscribers.arrays import write_array, write_texts
from subscribers.attribute_values import guess_type
from subscribers.changes import name_event, note_changes
from subscribers.identities import lock_subscribers
from subscribers.models import Site, Subscriber
from tracking.event_names import UNLISTED, find_or_create_types
from tracking.interning import intern_values
from tracking.json_values import LONGEST_KEY
from tracking.models import Event, EventSummary, EventType, MessageCampaign
from tracking.nesting import is_nested, list_paths

logger = logging.getLogger(__name__)

PROPERTIES_PER_EVENT_TYPE = 200

# What was cut for all sites, or for this one alone.
FIND_START = """
SELECT GREATEST((SELECT begins_at FROM tracking_logstart), (SELECT log_begins_at FROM subscribers_site WHERE id = %s))
"""
COUNT_EVENTS = """
INSERT INTO tracking_eventsummary AS old (subscriber_id, event_type_id, count, first_at, last_at)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (subscriber_id, event_type_id) DO UPDATE SET
    count = old.count + excluded.count,
    first_at = least(old.first_at, excluded.first_at),
    last_at = greatest(old.last_at, excluded.last_at)
"""
# Each looked up by itself, in the weeks in question alone. A join might be made by reading all of the last day: of what
# came just now statistics know nothing, so that seems to be next to nothing.
FIND_KNOWN = """
SELECT wanted.subscriber_id, wanted.id
FROM unnest(%s::bigint[], %s::uuid[]) AS wanted (subscriber_id, id)
CROSS JOIN LATERAL (
    SELECT 1 FROM tracking_event AS event
    WHERE event.subscriber_id = wanted.subscriber_id AND event.id = wanted.id AND event.occurred_at BETWEEN %s AND %s
    LIMIT 1
) AS known
"""
# One event told twice by different senders, a page and a backend, may have two times: those of their arrival. (What one
# sender repeats is remembered longer, in tracking/replays.py.) Further back is another week of the log to look into.
REPEATED_WITHIN = dt.timedelta(days=1)
# One value for each column, however many rows: the database reads that in half the time of a list of rows.
WRITE_EVENTS = """
INSERT INTO tracking_event
    (subscriber_id, id, event_type_id, occurred_at, received_at, properties, item_id, category_id)
SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[],
                     %s::bigint[], %s::bigint[])
"""
# What is known already wins: the first value seen decides on a property's type.
LEARN_PROPERTIES = "UPDATE tracking_eventtype SET properties = %s::jsonb || properties WHERE id = %s"


@dataclasses.dataclass(frozen=True)
class NewEvent:
    """Something that happened. `received_at` is the recording's, unless an earlier time is known.

    `from_browser`: anybody may have made up its name.
    """

    id: UUID
    subscriber_id: int
    name: str
    occurred_at: dt.datetime
    properties: dict[str, Any]
    received_at: dt.datetime | None = None
    from_browser: bool = False


class Count(NamedTuple):
    """How often somebody did something, to be added to their summary."""

    subscriber_id: int
    event_type_id: int
    number: int
    first_at: dt.datetime
    last_at: dt.datetime


@transaction.atomic
def record_events(
    site: Site,
    events: Sequence[NewEvent],
    *,
    received_at: dt.datetime,
    people: Mapping[int, Subscriber] | None = None,
    spare_names: int = 0,
) -> int:
    """Write what is new, in the caller's transaction if there is one; return how many events that were.

    The same id of the same subscriber is one event, even with another time no further off than REPEATED_WITHIN. Events
    of somebody who was merged go to the survivor, those of somebody deleted go nowhere. An event is never later than its
    receipt. What happened before the log begins is left out: whether it was counted already could not be told.
    `people`: whom each id stands for, if the caller has locked them. `spare_names`: how many more names than a site can
    have are taken all the same, since a door has let them in when there was room.
    """
    if people is None:
        people = lock_subscribers(event.subscriber_id for event in events)
    distinct: dict[tuple[int, UUID], NewEvent] = {}
    for event in events:
        if event.subscriber_id in people:
            distinct.setdefault((people[event.subscriber_id].pk, event.id), event)
    _leave_out_forgotten(site, distinct)
    for known in _find_known(distinct):
        distinct.pop(known, None)  # there may be two in the log, more than REPEATED_WITHIN apart
    types = _find_types(site, distinct.values(), spare_names)
    rows, told_by_browsers = [], []
    for (subscriber_id, _), event in distinct.items():
        is_listed = event.name in types
        if not is_listed and not event.from_browser:
            continue
        event_type = types[event.name if is_listed else UNLISTED]
        told = follow_aliases(event_type, event.properties)
        row = Event(
            subscriber_id=subscriber_id,
            id=event.id,
            event_type=event_type,
            occurred_at=min(event.occurred_at, event.received_at or received_at),
            received_at=event.received_at or received_at,
            properties=told if is_listed else wrap_unlisted(event.name, event.properties),
        )
        rows.append(row)
        if event.from_browser:
            told_by_browsers.append(row)
    append_events(rows)
    _note_events(site, rows, received_at)
    browsers = set(map(id, told_by_browsers))
    learn_properties(row for row in rows if id(row) not in browsers)
    learn_properties(told_by_browsers, from_browsers=True)
    learn_campaigns(site, distinct.values())
    return len(rows)


def follow_aliases(event_type: EventType, properties: dict[str, Any]) -> dict[str, Any]:
    """Under the names that they have today; what is told under both names is what today's says."""
    aliases: dict[str, str] = event_type.property_aliases
    if not aliases or aliases.keys().isdisjoint(properties):
        return properties
    renamed = {aliases[key]: value for key, value in properties.items() if key in aliases}
    return renamed | {key: value for key, value in properties.items() if key not in aliases}


def wrap_unlisted(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an event whose name the site does not list: all of it."""
    return {"name": name, "properties": properties}


def _find_types(site: Site, events: Collection[NewEvent], spare: int) -> dict[str, EventType]:
    names = {event.name for event in events}
    from_browsers = names - {event.name for event in events if not event.from_browser}
    types = find_or_create_types(site, names, from_browsers=from_browsers, spare=spare)
    if from_browsers - types.keys():
        types |= find_or_create_types(site, [UNLISTED])
    return types


def _note_events(site: Site, rows: Sequence[Event], received_at: dt.datetime) -> None:
    """Noted for an instant at which all of them have happened, whichever machine's clock is ahead."""
    if not rows:
        return
    topics: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        topics[name_event(row.event_type.name)].append(row.subscriber_id)
    times = [row.occurred_at for row in rows]
    note_changes(site.pk, topics, now=max(received_at, *times), earliest_at=min(times))


def append_events(rows: list[Event]) -> None:
    """Write rows that are known to be new, with their hot values and their summaries; sorts them."""
    rows.sort(key=lambda row: (row.subscriber_id, row.occurred_at, row.id))
    intern_values(rows)
    _write_events(rows)
    _count_events(rows)


def _write_events(rows: Sequence[Event]) -> None:
    columns = ("subscriber_id", "id", "event_type_id", "occurred_at", "received_at")
    values = [write_array(getattr(row, name) for row in rows) for name in columns]
    properties = write_texts(json.dumps(row.properties) for row in rows)
    interned = [write_array(getattr(row, name) for row in rows) for name in ("item_id", "category_id")]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_EVENTS, [*values, properties, *interned])


def find_log_start(site_id: int | None = None) -> dt.datetime | None:
    """The first instant of which the log knows, of a site, or else of all; None: it was never cut (tracking/retention.py)."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_START, [site_id])
        begins_at: dt.datetime | None = cursor.fetchone()[0]
    return begins_at


def move_events(*, giver: Subscriber, taker: Subscriber) -> None:
    """All events and counts of one who turned out to be `taker`; what both have (the same id) is counted once.

    Rows are copied and deleted, since `subscriber_id` decides on which machine a row lies (docs/decisions). The
    counts are added up rather than counted anew: a summary remembers more than the log, which is cut in time.
    """
    events = list(giver.events.all())
    shared = set(taker.events.filter(id__in=[event.id for event in events]).values_list("id", flat=True))
    doubles = Counter(event.event_type_id for event in events if event.id in shared)
    counts = [
        Count(
            taker.pk,
            summary.event_type_id,
            summary.count - doubles[summary.event_type_id],
            summary.first_at,
            summary.last_at,
        )
        for summary in giver.event_summaries.all()
    ]
    giver.events.all().delete()
    giver.event_summaries.all().delete()
    for event in events:
        event.subscriber = taker
    Event.objects.bulk_create((event for event in events if event.id not in shared), batch_size=1000)
    _add_counts([each for each in counts if each.number > 0])


def move_summaries(
    source: int, target: int | None, people: Collection[int], moved: Counter[int], *, keeps_rest: bool
) -> None:
    """Events of these people, who are locked, have left `source`, so many of each: their counts follow.

    The rest is what the log has forgotten: it goes to `target`, if there is one, unless it is kept where it is.
    """
    summaries = EventSummary.objects.filter(event_type=source, subscriber__in=people)
    rest = [
        Count(
            row.subscriber_id,
            row.event_type_id,
            row.count - moved[row.subscriber_id],
            row.first_at,
            row.last_at,
        )
        for row in summaries
    ]
    rest = [each for each in rest if each.number > 0]
    summaries.delete()
    if keeps_rest:
        _add_counts(rest)
    elif target is not None:
        _add_counts([each._replace(event_type_id=target) for each in rest])


def _leave_out_forgotten(site: Site, events: dict[tuple[int, UUID], NewEvent]) -> None:
    begins_at = find_log_start(site.pk)
    if begins_at is None:
        return
    late = [key for key, event in events.items() if event.occurred_at < begins_at]
    for key in late:
        del events[key]
    if late:
        logger.info("%s events of site %s left out: older than the log, %s", len(late), site.pk, begins_at)


def _find_known(events: Mapping[tuple[int, UUID], NewEvent]) -> list[tuple[int, UUID]]:
    if not events:
        return []
    times = [event.occurred_at for event in events.values()]
    people, ids = map(write_array, zip(*events, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(FIND_KNOWN, [people, ids, min(times) - REPEATED_WITHIN, max(times) + REPEATED_WITHIN])
        return [(person, id_) for person, id_ in cursor.fetchall()]


def _count_events(rows: Iterable[Event]) -> None:
    times: defaultdict[tuple[int, int], list[dt.datetime]] = defaultdict(list)
    for row in rows:  # sorted by subscriber and time
        times[row.subscriber_id, row.event_type_id].append(row.occurred_at)
    _add_counts([Count(*key, len(each), each[0], each[-1]) for key, each in times.items()])


def _add_counts(counts: Sequence[Count]) -> None:
    if counts:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_EVENTS, [write_array(column) for column in zip(*counts, strict=True)])


def learn_properties(rows: Iterable[Event], *, from_browsers: bool = False) -> None:
    """Note each property's type where it is seen first, of those inside objects and lists, too (tracking/nesting.py).

    Those take up no more than half of the room: an object may have other keys each time. Browsers leave a quarter of it
    to others. What staff have hidden takes up none.
    """
    most = PROPERTIES_PER_EVENT_TYPE * 3 // 4 if from_browsers else PROPERTIES_PER_EVENT_TYPE
    learned: dict[EventType, dict[str, str]] = {}
    for row in rows:
        if row.event_type.name == UNLISTED:
            continue
        known, new = row.event_type.properties, learned.get(row.event_type, {})
        for key, value in list_paths(row.properties):
            room = min(most, PROPERTIES_PER_EVENT_TYPE // 2) if is_nested(key) else most
            room += len(row.event_type.hidden_properties)
            if key in known or key in new or len(key) > LONGEST_KEY:
                continue
            if len(known) + len(new) < room:
                new[key] = guess_type(value)
        if new:
            learned[row.event_type] = new
    if not learned:
        return
    with connection.cursor() as cursor:
        for event_type, types in sorted(learned.items(), key=lambda pair: pair[0].pk):
            cursor.execute(LEARN_PROPERTIES, [json.dumps(types), event_type.pk])


def learn_campaigns(site: Site, events: Iterable[NewEvent]) -> None:
    """Keep the names of the campaigns that sent messages. Writes only what is new: many workers send at once."""
    named = {
        event.properties["campaign"]: event.properties["campaign_name"]
        for event in events
        if event.name.startswith("$push_") and {"campaign", "campaign_name"} <= event.properties.keys()
    }
    if not named:
        return
    known = MessageCampaign.objects.filter(site=site, campaign__in=named).values_list("campaign", "name")
    MessageCampaign.objects.bulk_create(
        (
            MessageCampaign(site=site, campaign=campaign, name=name)
            for campaign, name in sorted(named.items() - set(known))
        ),
        update_conflicts=True,
        unique_fields=["site", "campaign"],
        update_fields=["name"],
    )
