"""An attribute becomes another one, or goes, with its values: in the background, some people at a time, and none is lost.

People are gone through in the order of their ids, so whoever takes it up again after a crash goes on where it was left.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial

from django.db import connection, transaction

from subscribers.attribute_values import AttributeValueError, Shape
from subscribers.changes import name_attribute, note_changes, note_for_everyone
from subscribers.definitions import read_value, wait_for_writers
from subscribers.identities import lock_subscribers
from subscribers.models import Attribute, AttributeMove, Standing, Subscriber
from subscribers.name_users import Name, NameUseError, rename_everywhere
from subscribers.profile_fields import PROFILE_FIELDS
from subscribers.profiles import save_profiles
from subscribers.waking import wake

CONVERSION_TASK = "subscribers.tasks.convert_attributes"  # which goes on with these, too
WINDOW = 500
TURN = dt.timedelta(seconds=20)
READ_WINDOW = """
SELECT id, attributes ? %s OR raw_values ? %s FROM subscribers_subscriber
WHERE site_id = %s AND merged_into_id IS NULL AND id > %s AND id <= %s ORDER BY id LIMIT %s
"""


class MoveError(ValueError):
    """What is asked for cannot be done; the message says why."""


@transaction.atomic
def merge_attributes(source: Attribute, target: Attribute, *, now: dt.datetime) -> None:
    """What was told as `source` was `target`, and is from now on; rules that name it name the other."""
    if source.site_id != target.site_id:
        raise MoveError("These attributes belong to two sites.")
    if source.pk == target.pk or target.merged_into_id:
        raise MoveError(f"“{source.key}” cannot become “{target.key}”: choose another attribute.")
    if source.key in PROFILE_FIELDS:
        raise MoveError(f"“{source.key}” is a field of everybody's profile; it cannot become another.")
    Attribute.objects.filter(merged_into=source).update(merged_into=target)
    Attribute.objects.filter(pk=source.pk).update(merged_into=target)
    Attribute.objects.filter(pk=target.pk).update(standing=Standing.ACCEPTED)
    if source.personal and not target.personal:
        Attribute.objects.filter(pk=target.pk).update(personal=True)
    try:
        rename_everywhere(source.site, Name(source.key, of_attribute=True), target.key, now=now)
    except NameUseError as error:
        raise MoveError(f"“{source.key}” is not merged. {error}") from None
    _begin(source, target.key)


@transaction.atomic
def delete_attributes(attributes: Iterable[Attribute], *, now: dt.datetime) -> int:
    """These go, and everybody's values of them."""
    gone = [attribute for attribute in attributes if attribute.key not in PROFILE_FIELDS]
    for attribute in gone:
        _begin(attribute, "")
        attribute.delete()
        note_for_everyone(attribute.site_id, [name_attribute(attribute.key)], now=now)
    return len(gone)


def move_attributes(*, clock: Callable[[], dt.datetime]) -> bool:
    """Go on with all of them for a turn; True if something is left."""
    until = clock() + TURN
    for pk in AttributeMove.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        while _move_chunk(pk, now=clock()):
            if clock() >= until:
                return True
    return False


def put_aside(attribute: Attribute) -> None:
    """In the caller's transaction: it gives way to others. Everybody's values are kept as they were sent."""
    _begin(attribute, "", aside=True)
    attribute.delete()


def bring_back(attribute: Attribute) -> None:
    """In the caller's transaction: it is listed now, and what was kept as it was sent becomes its values."""
    _begin(attribute, attribute.key)


def _begin(attribute: Attribute, into: str, *, aside: bool = False) -> None:
    AttributeMove.objects.create(site_id=attribute.site_id, key=attribute.key, into=into, aside=aside)
    transaction.on_commit(partial(wake, CONVERSION_TASK), robust=True)


@transaction.atomic
def _move_chunk(pk: int, *, now: dt.datetime) -> bool:
    move = AttributeMove.objects.select_for_update(skip_locked=True).filter(pk=pk, finished_at=None).first()
    if move is None:
        return False
    if move.last_id is None:  # whoever read the names of before is waited for
        wait_for_writers(move.site_id)
        newest = Subscriber.objects.filter(site=move.site_id).order_by("-pk").values_list("pk", flat=True)
        move.last_id = newest.first() or 0
    with connection.cursor() as cursor:
        cursor.execute(READ_WINDOW, [move.key, move.key, move.site_id, move.position, move.last_id, WINDOW])
        rows = cursor.fetchall()
    people = lock_subscribers(pk for pk, holds in rows if holds).values()
    living = {person.pk: person for person in people if not person.merged_into_id}
    target = Attribute.objects.filter(site=move.site_id, key=move.into).first() if move.into else None
    for person in living.values():
        _move_value(person, move.key, target, aside=move.aside)
    save_profiles(living.values())
    topics = [name_attribute(key) for key in (move.key, move.into) if key]
    note_changes(move.site_id, {topic: list(living) for topic in topics}, now=now)
    move.moved += len(living)
    move.position = rows[-1][0] if rows else move.position
    move.finished_at = None if rows else now
    move.save(update_fields=["last_id", "moved", "position", "finished_at"])
    return bool(rows)


def _move_value(person: Subscriber, key: str, target: Attribute | None, *, aside: bool) -> None:
    """What somebody has under the other name already stays."""
    raw, value = person.raw_values.pop(key, None), person.attributes.pop(key, None)
    at = person.attribute_times.pop(key, None)
    sent = raw if raw is not None else value
    if aside and sent is not None:
        person.raw_values[key] = sent
        if at is not None:
            person.attribute_times[key] = at
        return
    if target is None or sent is None or target.key in person.attributes:
        return
    try:
        person.attributes[target.key] = read_value(target.key, sent, Shape(target.type, target.element_type))
    except AttributeValueError:
        person.raw_values.setdefault(target.key, sent)
    if at is not None:
        person.attribute_times.setdefault(target.key, at)
