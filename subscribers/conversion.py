"""An attribute's type is changed: its values are brought into the new one in the background, and none is lost.

Whatever does not convert, or would not come back as it was, is kept raw beside it (`Subscriber.raw_values`), and tried
again whenever the type changes. Values that were refused before count again once they fit.
"""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import connection, transaction

from subscribers.attribute_values import AttributeValueError, Shape, is_same
from subscribers.changes import name_attribute, note_changes, note_for_everyone
from subscribers.definitions import Definitions, read_value, wait_for_writers
from subscribers.identities import lock_subscribers
from subscribers.models import Attribute, AttributeConversion, Site, Subscriber
from subscribers.profiles import save_profiles
from subscribers.waking import wake

CONVERSION_TASK = "subscribers.tasks.convert_attributes"
WINDOW = 5_000  # people looked at in one go
CHUNK = 500  # of those, people changed in one transaction
TURN = dt.timedelta(seconds=20)  # then other work has its turn
READ_WINDOW = """
SELECT id, attributes ? %s OR raw_values ? %s FROM subscribers_subscriber
WHERE site_id = %s AND merged_into_id IS NULL AND id > %s AND id <= %s ORDER BY id LIMIT %s
"""


@transaction.atomic
def change_type(attribute: Attribute, shape: Shape, *, now: dt.datetime) -> bool:
    """Somebody says how the values are to be read: settled from now on. True if what is kept is being converted."""
    stored = Attribute.objects.select_for_update(no_key=True).get(pk=attribute.pk)
    before = Shape(stored.type, stored.element_type)
    attribute.type, attribute.element_type = shape
    attribute.guessed_from = None
    attribute.save(update_fields=["type", "element_type", "guessed_from"])
    if before == shape:
        return False
    start_conversion(attribute, before, now=now)
    return True


def follow_widening(site: Site, definitions: Definitions, *, now: dt.datetime) -> None:
    """Write what a batch learnt of types; values kept under a narrower one are converted."""
    for pk, (before, _) in definitions.write().items():
        start_conversion(Attribute.objects.get(pk=pk), before, now=now)


def start_conversion(attribute: Attribute, before: Shape, *, now: dt.datetime) -> None:
    """From the first person on, also where an earlier conversion has not come to its end."""
    AttributeConversion.objects.update_or_create(
        attribute=attribute,
        defaults={
            "from_type": before.type,
            "from_element_type": before.element_type,
            "started_at": now,
            "finished_at": None,
            "position": 0,
            "last_id": None,
            "converted": 0,
            "kept_raw": 0,
        },
    )
    note_for_everyone(attribute.site_id, [name_attribute(attribute.key)], now=now)
    transaction.on_commit(partial(wake, CONVERSION_TASK), robust=True)


def convert_attributes(*, clock: Callable[[], dt.datetime]) -> bool:
    """Go on with all conversions for a turn; True if something is left."""
    until = clock() + TURN
    for pk in (
        AttributeConversion.objects.filter(finished_at=None)
        .order_by("started_at")
        .values_list("pk", flat=True)
    ):
        _begin(pk)
        while _convert_chunk(pk, now=clock()):
            if clock() >= until:
                return True
    return False


@transaction.atomic
def _begin(pk: int) -> None:
    """Whoever reads the definitions from here on reads the new type; whoever read the old one is waited for."""
    conversion = AttributeConversion.objects.select_related("attribute").filter(pk=pk, last_id=None).first()
    if conversion is None:
        return
    wait_for_writers(conversion.attribute.site_id)
    people = Subscriber.objects.filter(site=conversion.attribute.site_id).order_by("-pk")
    last_id = people.values_list("pk", flat=True).first() or 0
    AttributeConversion.objects.filter(pk=pk, last_id=None).update(last_id=last_id)


@transaction.atomic
def _convert_chunk(pk: int, *, now: dt.datetime) -> bool:
    """The next people, in the order of their ids; False if there are none left, or another worker is at it."""
    rows = AttributeConversion.objects.select_related("attribute").select_for_update(
        of=("self",), skip_locked=True
    )
    conversion = rows.filter(pk=pk, finished_at=None, last_id__isnull=False).first()
    if conversion is None:
        return False
    position, holders = _read_window(conversion)
    people = [person for person in lock_subscribers(holders).values() if not person.merged_into_id]
    attribute = conversion.attribute
    changed = [person for person in people if _convert_person(conversion, person)]
    save_profiles(changed)
    note_changes(
        attribute.site_id, {name_attribute(attribute.key): [person.pk for person in changed]}, now=now
    )
    conversion.position = position or conversion.position
    conversion.finished_at = None if position else now
    conversion.save(update_fields=["position", "finished_at", "converted", "kept_raw"])
    if not position:
        note_for_everyone(attribute.site_id, [name_attribute(attribute.key)], now=now)
    return position is not None


def _read_window(conversion: AttributeConversion) -> tuple[int | None, list[int]]:
    """Up to whom the next chunk goes (None: there is nobody left), and who of them holds a value."""
    attribute = conversion.attribute
    bound: list[Any] = [
        attribute.key,
        attribute.key,
        attribute.site_id,
        conversion.position,
        conversion.last_id,
        WINDOW,
    ]
    with connection.cursor() as cursor:
        cursor.execute(READ_WINDOW, bound)
        rows = cursor.fetchall()
    holders = [pk for pk, holds in rows if holds][:CHUNK]
    if len(holders) == CHUNK:
        return holders[-1], holders
    return (rows[-1][0] if rows else None), holders


def _convert_person(conversion: AttributeConversion, person: Subscriber) -> bool:
    """True if anything of theirs changed; counts what became of the value."""
    attribute = conversion.attribute
    before = (person.attributes.get(attribute.key), person.raw_values.get(attribute.key))
    shapes = (
        Shape(conversion.from_type, conversion.from_element_type),
        Shape(attribute.type, attribute.element_type),
    )
    fits = convert_value(person.attributes, person.raw_values, attribute.key, *shapes)
    conversion.converted += fits
    conversion.kept_raw += not fits
    return not (
        is_same(person.attributes.get(attribute.key), before[0])
        and is_same(person.raw_values.get(attribute.key), before[1])
    )


def convert_value(
    attributes: dict[str, Any], raw_values: dict[str, Any], key: str, before: Shape, after: Shape
) -> bool:
    """Bring one value into its new shape, in place; False if it is kept raw, or stays as it is because a newer one is."""
    sent = raw_values[key] if key in raw_values else attributes.get(key)
    try:
        value = read_value(key, sent, after)
    except AttributeValueError:
        if key not in raw_values:
            raw_values[key] = attributes.pop(key)
        else:
            _convert_older(attributes, key, after)
        return False
    attributes[key] = value
    if is_same(value, sent) or _comes_back(key, value, sent, before):
        raw_values.pop(key, None)
    else:
        raw_values[key] = sent
    return True


def _convert_older(attributes: dict[str, Any], key: str, after: Shape) -> None:
    """The value in force, where a newer one was refused and still is."""
    if key in attributes:
        with suppress(AttributeValueError):
            attributes[key] = read_value(key, attributes[key], after)


def _comes_back(key: str, value: Any, sent: Any, before: Shape) -> bool:
    try:
        return is_same(read_value(key, value, before), sent)
    except AttributeValueError:
        return False
