"""A site's names of events and attributes, put in order: accepted, hidden, merged, deleted, and room made for new ones.

Whatever concerns events is done in the background, some people at a time. What was moved is gone from where it was, so
that whoever takes it up again after a crash goes on where it was left.
"""

import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from subscribers.attribute_room import accept_beyond, make_attribute_room
from subscribers.changes import name_event, note_changes
from subscribers.identities import lock_subscribers
from subscribers.models import Attribute, Site, Standing
from subscribers.name_users import Name, NameUseError, Used, read_used, rename_everywhere
from subscribers.quarantine import choose_names
from subscribers.waking import wake
from tracking.event_names import EVENT_TYPES_PER_SITE, UNLISTED, ask_back, read_room
from tracking.log import append_events, follow_aliases, learn_properties, move_summaries, wrap_unlisted
from tracking.models import Event, EventSummary, EventType, VocabularyJob
from tracking.property_moves import move_properties, rename_merged_properties

logger = logging.getLogger(__name__)

VOCABULARY_TASK = "tracking.tasks.work_on_vocabulary"
CHUNK = 200  # people whose events move in one transaction
TURN = dt.timedelta(seconds=20)  # then other work has its turn
RECENT = dt.timedelta(days=7)  # who sent a name since then speaks for it
SWAPS = 20  # names that change places in one turn, on one site

COUNT_UNLISTED = """
SELECT properties ->> 'name', count(DISTINCT subscriber_id) FROM tracking_event
WHERE event_type_id = %s AND occurred_at > %s GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""


class VocabularyError(ValueError):
    """What is asked for cannot be done; the message says why."""


def accept_events(event_types: QuerySet[EventType]) -> int:
    """Somebody says that these names are right."""
    return event_types.filter(standing=Standing.NEW).update(standing=Standing.ACCEPTED)


def accept_unlisted(site: Site, name: str) -> EventType:
    """A name for which there was no room: from now on it is listed, and what was kept of it comes back."""
    if not read_room(site).trusted:
        raise VocabularyError(f"A site can have {EVENT_TYPES_PER_SITE:,} events, and this one has them.")
    row, _ = EventType.objects.get_or_create(site=site, name=name)
    EventType.objects.filter(pk=row.pk).update(standing=Standing.ACCEPTED)
    ask_back(site, [row])
    _wake()
    return row


@transaction.atomic
def merge_events(source: EventType, target: EventType, *, now: dt.datetime) -> None:
    """What was sent as `source` was `target`, and is from now on; rules and goals that name it name the other."""
    if source.site_id != target.site_id:
        raise VocabularyError("These events belong to two sites.")
    if source.pk == target.pk or target.merged_into_id:
        raise VocabularyError(f"“{source.name}” cannot become “{target.name}”: choose another event.")
    if source.name.startswith("$") or target.name.startswith("$"):
        raise VocabularyError("Names that begin with $ are Carillon’s own; they cannot be merged.")
    for row in (source, target):  # as they are by now
        row.refresh_from_db(fields=["properties", "property_aliases", "personal_properties"])
    EventType.objects.filter(merged_into=source).update(merged_into=target)
    EventType.objects.filter(pk=source.pk).update(merged_into=target)
    EventType.objects.filter(pk=target.pk).update(
        properties={**source.properties, **target.properties},
        property_aliases={**source.property_aliases, **target.property_aliases},
        personal_properties=sorted({*source.personal_properties, *target.personal_properties}),
        standing=Standing.ACCEPTED,
    )
    rename_everywhere(source.site, Name(source.name), target.name, now=now)
    VocabularyJob.objects.create(site_id=source.site_id, source=source, target=target)
    _wake()


@transaction.atomic
def delete_events(event_types: Iterable[EventType]) -> int:
    """These names go, and all events with them, in the background; they are not offered from now on."""
    gone = [row for row in event_types if not row.name.startswith("$")]
    EventType.objects.filter(pk__in=[row.pk for row in gone]).update(hidden=True)
    VocabularyJob.objects.bulk_create(
        VocabularyJob(site_id=row.site_id, source=row, drops_source=True) for row in gone
    )
    _wake()
    return len(gone)


def list_unlisted(site: Site, *, now: dt.datetime, most: int = 50) -> list[tuple[str, int]]:
    """Names for which there was no room, with how many people sent them lately."""
    unlisted = EventType.objects.filter(site=site, name=UNLISTED).values_list("pk", flat=True).first()
    if unlisted is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(COUNT_UNLISTED, [unlisted, now - RECENT, most])
        return list(cursor.fetchall())


def work_on_vocabulary(*, clock: Callable[[], dt.datetime]) -> bool:
    """Whatever waits, for a turn; True if something is left."""
    until = clock() + TURN
    for site in Site.objects.order_by("pk"):
        accept_used(site, now=clock())
        make_room(site, now=clock())
        make_attribute_room(site, now=clock())
    if move_properties(clock=clock, until=until):
        return True
    for pk in VocabularyJob.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        while _move_chunk(pk, now=clock()):
            if clock() >= until:
                return True
    return False


def accept_used(site: Site, *, now: dt.datetime) -> None:
    """Names that somebody's rules use are accepted by that; those that found no room find it now."""
    used = read_used(site)
    _rename_merged(site, used, now=now)
    accept_events(EventType.objects.filter(site=site, name__in=used.events))
    Attribute.objects.filter(site=site, key__in=used.attributes, standing=Standing.NEW).update(
        standing=Standing.ACCEPTED
    )
    known = set(EventType.objects.filter(site=site, name__in=used.events).values_list("name", flat=True))
    keys = Attribute.objects.filter(site=site, key__in=used.attributes).values_list("key", flat=True)
    accept_beyond(site, used.attributes - set(keys))
    missing = used.events - known
    if missing:
        for name, _ in list_unlisted(site, now=now, most=10_000):
            if name in missing and read_room(site).trusted:
                accept_unlisted(site, name)


@transaction.atomic
def _rename_merged(site: Site, used: Used, *, now: dt.datetime) -> None:
    """Rules that were written with a name which had become another one."""
    events = EventType.objects.filter(site=site, name__in=used.events, merged_into__isnull=False)
    keys = Attribute.objects.filter(site=site, key__in=used.attributes, merged_into__isnull=False)
    for old, new in events.values_list("name", "merged_into__name"):
        rename_everywhere(site, Name(old), str(new), now=now)
    for old, new in keys.values_list("key", "merged_into__key"):
        _try_to_rename(site, Name(old, of_attribute=True), str(new), now=now)
    rename_merged_properties(site, used, now=now)


def _try_to_rename(site: Site, old: Name, new: str, *, now: dt.datetime) -> None:
    """A message that cannot be changed by itself says what it says of nobody, and keeps nothing else from its turn."""
    try:
        with transaction.atomic():
            rename_everywhere(site, old, new, now=now)
    except NameUseError as error:
        logger.warning("Site %s: %s", site.pk, error)


@transaction.atomic
def make_room(site: Site, *, now: dt.datetime) -> None:
    """Of new names those have the room that most people sent lately, so that a flood locks nobody out for ever.

    By people, not by events. A name gives way only to one that more people sent, and is kept as unlisted then.
    """
    if site.vocabulary_frozen:
        return
    found = list_unlisted(site, now=now, most=SWAPS)
    known = set(
        EventType.objects.filter(site=site, name__in=[name for name, _ in found]).values_list(
            "name", flat=True
        )
    )
    waiting = [(name, people) for name, people in found if name not in known]
    if not waiting:
        return
    rivals = _find_rarest(site, now=now)
    chosen, losers = choose_names(waiting, rivals, room=read_room(site).browsers)
    unlisted = EventType.objects.get(site=site, name=UNLISTED)
    for loser in losers:
        VocabularyJob.objects.create(site=site, source=loser, target=unlisted, drops_source=True)
    for name in chosen:
        row, is_made = EventType.objects.get_or_create(
            site=site, name=name, defaults={"standing": Standing.NEW}
        )
        if is_made:
            ask_back(site, [row])
    _wake()


def _find_rarest(site: Site, *, now: dt.datetime) -> list[tuple[int, EventType]]:
    """New names, those first that fewest people sent lately; without those that are about to go."""
    new = EventType.objects.filter(site=site, standing=Standing.NEW)
    leaving = VocabularyJob.objects.filter(site=site, drops_source=True, finished_at=None)
    new = new.filter(personal_properties=[])  # what somebody marked would be shown among the unlisted
    rows = list(new.exclude(pk__in=leaving.values("source")).order_by("pk"))
    lately = EventSummary.objects.filter(event_type__in=rows, last_at__gt=now - RECENT)
    counts = dict(lately.values_list("event_type").annotate(people=Count("subscriber")))
    return sorted(((counts.get(row.pk, 0), row) for row in rows), key=lambda pair: (pair[0], pair[1].pk))


@transaction.atomic
def _move_chunk(pk: int, *, now: dt.datetime) -> bool:
    """The next people's events; False if none are left, or another worker is at it."""
    rows = VocabularyJob.objects.select_for_update(of=("self",), skip_locked=True)
    job = rows.select_related("source", "target", "site").filter(pk=pk, finished_at=None).first()
    if job is None:
        return False
    people = _choose_people(job)
    if not people:
        _finish(job, now=now)
        return False
    living = sorted({person.pk for person in lock_subscribers(people).values()} | set(people))
    events = _select_events(job).filter(subscriber__in=living)
    moved = list(events.order_by())
    events._raw_delete(events.db)
    counts = Counter(event.subscriber_id for event in moved)
    _leave_summaries(job, living, counts)
    if job.target is not None and moved:
        _append(job, job.target, moved)
    _note(job, living, moved, now=now)
    job.moved += len(moved)
    job.save(update_fields=["moved"])
    return True


def _choose_people(job: VocabularyJob) -> list[int]:
    """Every event is counted in a summary; of unlisted ones those of one name are looked for in the log."""
    if job.name:
        found = _select_events(job).values_list("subscriber_id", flat=True)[: CHUNK * 5]
        return sorted(set(found))
    summaries = EventSummary.objects.filter(event_type=job.source)
    return list(summaries.values_list("subscriber_id", flat=True)[:CHUNK])


def _select_events(job: VocabularyJob) -> QuerySet[Event]:
    events = Event.objects.filter(event_type=job.source)
    return events.filter(properties__name=job.name) if job.name else events


def _leave_summaries(job: VocabularyJob, people: list[int], counts: Counter[int]) -> None:
    """What the log has forgotten is counted on under the new name; of one name among the unlisted, what has moved."""
    target = job.target_id if job.target is not None and not job.name else None
    move_summaries(job.source_id, target, people, counts, keeps_rest=bool(job.name))


def _append(job: VocabularyJob, target: EventType, moved: list[Event]) -> None:
    rows = []
    for event in moved:
        properties = event.properties
        if job.source.name == UNLISTED:
            properties = properties["properties"]
        properties = follow_aliases(target, properties)
        if target.name == UNLISTED:
            properties = wrap_unlisted(job.source.name, properties)
        rows.append(
            Event(
                subscriber_id=event.subscriber_id,
                id=event.id,
                event_type=target,
                occurred_at=event.occurred_at,
                received_at=event.received_at,
                properties=properties,
            )
        )
    append_events(rows)
    learn_properties(rows)


def _note(job: VocabularyJob, people: list[int], moved: list[Event], *, now: dt.datetime) -> None:
    topics: defaultdict[str, list[int]] = defaultdict(list)
    for event_type in filter(None, (job.source, job.target)):
        topics[name_event(event_type.name)] = people
    earliest = min((event.occurred_at for event in moved), default=None)
    note_changes(job.site_id, topics, now=now, earliest_at=earliest)


def _finish(job: VocabularyJob, *, now: dt.datetime) -> None:
    job.finished_at = now
    job.save(update_fields=["finished_at"])
    if job.drops_source:
        job.source.delete()


def _wake() -> None:
    transaction.on_commit(partial(wake, VOCABULARY_TASK), robust=True)
