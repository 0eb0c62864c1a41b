"""Properties of an event, put in order: hidden, personal, merged into another, or deleted with their values.

Events are rewritten in the background, some people at a time, in the order of their ids, so whoever takes it up again
after a crash goes on where it was left. What comes under a merged name meanwhile is renamed as it comes.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.db import connection, transaction

from subscribers.changes import name_event, note_changes
from subscribers.identities import lock_subscribers
from subscribers.models import Site
from subscribers.name_users import Name, Used, rename_everywhere
from subscribers.waking import wake
from tracking.log import append_events, move_summaries
from tracking.models import Event, EventSummary, EventType, PropertyMove
from tracking.nesting import is_nested

VOCABULARY_TASK = "tracking.tasks.work_on_vocabulary"
CHUNK = 200  # people whose events are rewritten in one transaction
# Whoever writes an event locks whom it is about, then reads what its names are called. Of people who are new meanwhile
# nothing can be locked, so those who write by the names of before are waited for.
FIND_NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
ARE_GONE = """
SELECT NOT EXISTS (
    SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS under_way (id) WHERE under_way.id::text::bigint < %s
)
"""


class PropertyError(ValueError):
    """What is asked for cannot be done; the message says why."""


def list_properties(event_type: EventType) -> list[str]:
    """Those that came, with the objects that some of them lie inside of, and those that were announced."""
    paths = {*event_type.properties, *event_type.declared}
    return sorted(paths | {path.partition(".")[0].partition("[")[0] for path in paths})


@transaction.atomic
def mark_properties(pk: int, keys: Collection[str], field: str, *, on: bool) -> EventType:
    """`field`: hidden_properties or personal_properties."""
    row = EventType.objects.select_for_update(no_key=True).get(pk=pk)
    kept = set(getattr(row, field)) - set(keys)
    setattr(row, field, sorted(kept | set(keys) if on else kept))
    row.save(update_fields=[field])
    return row


@transaction.atomic
def merge_property(pk: int, key: str, into: str, *, now: dt.datetime) -> None:
    """What was told as `key` was `into`, and is from now on; rules and goals that name it name the other."""
    row = _lock(pk, key)
    if key == into or into not in list_properties(row):
        raise PropertyError(f"“{key}” cannot become “{into}”: choose another property.")
    if is_nested(into):
        raise PropertyError(f"“{into}” lies inside another property; choose one that does not.")
    aliases = {old: into if new == key else new for old, new in row.property_aliases.items()}
    row.property_aliases = {**{old: new for old, new in aliases.items() if old != into}, key: into}
    renamed = {path: into + path.removeprefix(key) for path in _list_inside(row, key)}
    row.properties = {renamed.get(path, path): kind for path, kind in row.properties.items()} | row.properties
    marked = row.personal_properties
    row.personal_properties = [*marked, *(renamed.get(path, path) for path in marked)]
    _forget(row, key)
    row.save()
    rename_everywhere(row.site, Name(key, of=row.name), into, now=now)
    _begin(row, key, into)


@transaction.atomic
def delete_property(pk: int, key: str) -> None:
    """It goes, with its values; what is sent of it later is new."""
    row = _lock(pk, key)
    row.property_aliases = {old: new for old, new in row.property_aliases.items() if new != key}
    _forget(row, key)
    row.save()
    _begin(row, key, "")


def rename_merged_properties(site: Site, used: Used, *, now: dt.datetime) -> None:
    """Rules that were written with a name which had become another one."""
    rows = EventType.objects.filter(site=site, name__in={event for event, _ in used.properties})
    for row in rows.exclude(property_aliases={}):
        asked = {key for event, key in used.properties if event == row.name}
        for old, new in row.property_aliases.items():
            if any(key == old or key.startswith((f"{old}.", f"{old}[")) for key in asked):
                rename_everywhere(site, Name(old, of=row.name), new, now=now)


def move_properties(*, clock: Callable[[], dt.datetime], until: dt.datetime) -> bool:
    """Go on with all of them until then; True if something is left that can be done now."""
    for pk in PropertyMove.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        while _move_chunk(pk, now=clock()):
            if clock() >= until:
                return True
    return False


def _lock(pk: int, key: str) -> EventType:
    row = EventType.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=pk)
    if row.name.startswith("$"):
        raise PropertyError("Events that begin with $ are Carillon’s own; their properties stay as they are.")
    if key not in list_properties(row):
        raise PropertyError(f"“{row.name}” has no property “{key}”.")
    if is_nested(key):
        raise PropertyError(f"“{key}” lies inside another property; it goes where that goes.")
    return row


def _forget(row: EventType, key: str) -> None:
    """What is known of it, and of what is inside it."""
    inside = _list_inside(row, key)
    row.properties = {each: kind for each, kind in row.properties.items() if each not in inside}
    row.declared = {each: told for each, told in row.declared.items() if each not in inside}
    row.hidden_properties = [each for each in row.hidden_properties if each not in inside]
    row.personal_properties = sorted({each for each in row.personal_properties if each not in inside})


def _list_inside(row: EventType, key: str) -> set[str]:
    """It and what lies inside it, as far as anything is known or said of that."""
    known = {*list_properties(row), *row.hidden_properties, *row.personal_properties}
    return {each for each in known if each == key or each.startswith((f"{key}.", f"{key}["))}


def _begin(row: EventType, key: str, into: str) -> None:
    PropertyMove.objects.create(site_id=row.site_id, event_type=row, key=key, into=into)
    transaction.on_commit(partial(wake, VOCABULARY_TASK), robust=True)


@transaction.atomic
def _move_chunk(pk: int, *, now: dt.datetime) -> bool:
    rows = PropertyMove.objects.select_for_update(of=("self",), skip_locked=True)
    move = rows.select_related("event_type").filter(pk=pk, finished_at=None).first()
    if move is None or not _is_ready(move):
        return False
    summaries = EventSummary.objects.filter(event_type=move.event_type, subscriber_id__gt=move.position)
    people = list(summaries.order_by("subscriber_id").values_list("subscriber_id", flat=True)[:CHUNK])
    if people:
        moved = _rewrite(move, people)
        topics = {name_event(move.event_type.name): sorted({event.subscriber_id for event in moved})}
        earliest = min((event.occurred_at for event in moved), default=None)
        if moved:
            note_changes(move.site_id, topics, now=now, earliest_at=earliest)
        move.moved += len(moved)
        move.position = people[-1]
    elif _is_any_left(move):
        move.position = 0
    else:
        move.finished_at = now
    move.save(update_fields=["moved", "position", "finished_at"])
    return move.finished_at is None


def _is_any_left(move: PropertyMove) -> bool:
    """Of people who were merged into somebody who had been passed already. What came after a deletion stays."""
    left = Event.objects.filter(event_type=move.event_type, properties__has_key=move.key)
    return left.filter(received_at__lte=move.created_at).exists()


def _is_ready(move: PropertyMove) -> bool:
    with connection.cursor() as cursor:
        if move.waits_for is None:
            cursor.execute(FIND_NEXT)
            (move.waits_for,) = cursor.fetchone()
            move.save(update_fields=["waits_for"])
        cursor.execute(ARE_GONE, [move.waits_for])
        return bool(cursor.fetchone()[0])


def _rewrite(move: PropertyMove, people: list[int]) -> list[Event]:
    """Deleted and written anew, since what a rule reads quickly (its value, its item) lies beside the properties."""
    living = sorted({person.pk for person in lock_subscribers(people).values()} | set(people))
    events = Event.objects.filter(
        event_type=move.event_type, subscriber__in=living, properties__has_key=move.key
    )
    moved = list(events.order_by())
    if not moved:
        return []
    events._raw_delete(events.db)
    counts = Counter(event.subscriber_id for event in moved)
    move_summaries(move.event_type_id, None, living, counts, keeps_rest=True)
    for event in moved:
        event.properties = _change(event.properties, move.key, move.into)
        event.item_id = event.category_id = None
        event.event_type = move.event_type
    append_events(moved)
    return moved


def _change(properties: dict[str, Any], key: str, into: str) -> dict[str, Any]:
    """What came under the other name already stays."""
    kept = {name: value for name, value in properties.items() if name != key}
    return kept | {into: properties[key]} if into and into not in kept else kept
