"""What a site's attribute keys mean: made at first sight as their first values suggest, held for a batch or a request.

A type guessed from few values may still widen, by itself (a post code that looked like a number). After FEW values, or
once somebody has set it, it is settled: what does not fit then is kept out, and raw (`Subscriber.raw_values`).
"""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from subscribers.arrays import write_array
from subscribers.attribute_values import (
    AttributeValueError,
    Shape,
    coerce_value,
    guess_shape,
    widen_shape,
)
from subscribers.models import Attribute, Site, Standing
from subscribers.profile_fields import PROFILE_FIELDS, read_field

DEFINITIONS_PER_SITE = 1000
NEW_DEFINITIONS_PER_SITE = 300  # of browsers, beside those, until somebody accepts them
FEW = 20
NO_ROOM = "would be one more than the {} that a site can have"
NO_NEW = "is a new name, and this site takes no new ones from browsers at present"
LOCK_SPACE = 0xA77B  # any number, as long as no other advisory lock of ours has it
COUNT = """
UPDATE subscribers_attribute AS attribute
SET guessed_from = CASE WHEN guessed_from + taken.number < %s THEN guessed_from + taken.number END
FROM unnest(%s::bigint[], %s::bigint[]) AS taken (id, number)
WHERE attribute.id = taken.id AND guessed_from IS NOT NULL
"""


@dataclasses.dataclass(frozen=True)
class Definition:
    """`guessed_from`: how many values suggested the shape so far; None: it is settled."""

    pk: int
    shape: Shape
    guessed_from: int | None


class Definitions:
    """Those of one site that were asked for, and what is to be written about them."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self._known: dict[str, Definition] = {}
        self._beyond: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        self._taken: Counter[str] = Counter()
        self._widened: dict[str, Shape] = {}

    @staticmethod
    def count(site_id: int) -> int:
        return Attribute.objects.filter(site_id=site_id).count()

    def learn(self, documents: Iterable[Mapping[str, Any]], *, from_browsers: bool = False) -> None:
        """Read what these keys mean, and define those that are new as the first of these values suggest.

        What browsers name is new until somebody accepts it; a backend accepts what it names by that.
        """
        first: dict[str, Any] = {}
        for document in documents:
            for key, value in document.items():
                if value is not None and key not in self._known and key not in self._beyond:
                    first.setdefault(key, value)
        if not first:
            return
        self._read(first, accept=not from_browsers)
        new = {key: value for key, value in sorted(first.items()) if key not in self._known}
        if new:
            _define(self.site_id, new, from_browsers=from_browsers)
            self._read(new)
            reason = NO_NEW if from_browsers else NO_ROOM
            self._beyond.update({key: reason for key in new if key not in self._known})

    def _read(self, keys: Collection[str], *, accept: bool = False) -> None:
        rows = Attribute.objects.filter(site_id=self.site_id, key__in=list(keys))
        arrived = []
        used = []
        for pk, key, type_, element_type, guessed_from, first_seen_at, standing, other in rows.values_list(
            *("pk", "key", "type", "element_type", "guessed_from", "first_seen_at", "standing"),
            "merged_into__key",
        ):
            if other:
                self._aliases[key] = other
            if accept and standing == Standing.NEW:
                used.append(pk)
            self._known[key] = Definition(pk, Shape(type_, element_type), guessed_from)
            if first_seen_at is None:
                arrived.append(pk)
        targets = set(self._aliases.values()) - self._known.keys()
        if targets:
            self._read(targets)
        if used:
            Attribute.objects.filter(pk__in=used).update(standing=Standing.ACCEPTED)
        if arrived:  # announced beforehand
            Attribute.objects.filter(pk__in=arrived, first_seen_at=None).update(first_seen_at=Now())

    def follow(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Under the names that they have today; one that is told under both names is what today's says."""
        if self._aliases.keys().isdisjoint(values):
            return values
        renamed = {self._aliases[key]: value for key, value in values.items() if key in self._aliases}
        return renamed | {key: value for key, value in values.items() if key not in self._aliases}

    def explain(self, key: str, value: Any) -> str:
        """What is to be said to whoever sends this: why it is kept out, or what it changes; empty if all is well."""
        key = self._aliases.get(key, key)
        definition = self._known.get(key)
        try:
            self._fit(key, value)
        except AttributeValueError as error:
            return f"{error}; it is kept aside as it was sent, and the attribute keeps the value that it had"
        if definition and self._known[key].shape != definition.shape:
            return f"was taken for {_say(definition.shape)} so far, and is {_say(self._known[key].shape)} from now on"
        return ""

    def take(self, key: str, value: Any) -> tuple[Any, bool]:
        """The value as it is kept, and whether that is still a guess. Raises AttributeValueError."""
        before = self._known.get(key)
        kept = self._fit(key, value)
        after = self._known[key]
        if before and before.shape != after.shape:
            self._widened.setdefault(key, before.shape)
        if after.guessed_from is not None and value != []:
            self._taken[key] += 1
        return kept, after.guessed_from is not None

    def _fit(self, key: str, value: Any) -> Any:
        definition = self._known.get(key)
        if definition is None:
            reason = self._beyond.get(key, NO_ROOM)
            raise AttributeValueError(reason.format(DEFINITIONS_PER_SITE))
        if definition.guessed_from == 0 and isinstance(value, list):  # so far there were empty lists only
            definition = self._reshape(key, definition, guess_shape(value))
        try:
            return read_value(key, value, definition.shape)
        except AttributeValueError:
            wider = widen_shape(definition.shape, value) if self._is_open(key, definition) else None
            if wider is None:
                raise
            return read_value(key, value, self._reshape(key, definition, wider).shape)

    def _is_open(self, key: str, definition: Definition) -> bool:
        return definition.guessed_from is not None and definition.guessed_from + self._taken[key] < FEW

    def _reshape(self, key: str, definition: Definition, shape: Shape) -> Definition:
        self._known[key] = dataclasses.replace(
            definition, shape=shape, guessed_from=max(definition.guessed_from or 0, 1)
        )
        return self._known[key]

    def write(self) -> dict[int, tuple[Shape, Shape]]:
        """Write what was learnt; returns which attributes (by id) changed their shape: from which, and to which."""
        counted = {self._known[key].pk: number for key, number in self._taken.items()}
        if counted:
            ids = sorted(counted)
            with connection.cursor() as cursor:
                cursor.execute(COUNT, [FEW, write_array(ids), write_array(counted[pk] for pk in ids)])
        changed = {}
        for key, before in sorted(self._widened.items()):
            now = self._known[key]
            rows = Attribute.objects.filter(pk=now.pk, type=before.type, element_type=before.element_type)
            if rows.update(type=now.shape.type, element_type=now.shape.element_type):
                changed[now.pk] = (before, now.shape)
        self._taken.clear()
        self._widened.clear()
        return changed


def read_value(key: str, value: Any, shape: Shape) -> Any:
    """A value as an attribute of this shape keeps it; empty text, of a profile field, takes it back.

    Raises AttributeValueError.
    """
    return coerce_value(read_field(key, value) if key in PROFILE_FIELDS else value, *shape)


def hold_definitions(site_id: int) -> None:
    """Until the caller's transaction ends, nobody converts what it writes by the definitions that it reads from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK_SPACE, site_id % 2**31])


def wait_for_writers(site_id: int) -> None:
    """Returns once everybody has finished who may still write by older definitions; in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, site_id % 2**31])


def read_room(site_id: int, *, from_browsers: bool) -> int:
    """How many more attributes a site can have: of its backend and colleagues, or of browsers."""
    standing = Standing.NEW if from_browsers else Standing.ACCEPTED
    taken = Attribute.objects.filter(site_id=site_id, standing=standing).count()
    if from_browsers and Site.objects.filter(pk=site_id, vocabulary_frozen=True).exists():
        return 0
    return max(0, (NEW_DEFINITIONS_PER_SITE if from_browsers else DEFINITIONS_PER_SITE) - taken)


def _define(site_id: int, values: Mapping[str, Any], *, from_browsers: bool) -> None:
    """What fills a profile field is Carillon's own, so nobody's invention."""
    own = [key for key in values if key in PROFILE_FIELDS]
    told = [key for key in values if key not in PROFILE_FIELDS]
    room = read_room(site_id, from_browsers=from_browsers)
    standing = Standing.NEW if from_browsers else Standing.ACCEPTED
    made = [_make(site_id, key, values[key]) for key in [*own, *told[:room]]]
    for attribute in made:
        attribute.standing = Standing.ACCEPTED if attribute.key in PROFILE_FIELDS else standing
    Attribute.objects.bulk_create(made, ignore_conflicts=True)


def define_attribute(site_id: int, key: str, value: Any, *, standing: Standing) -> Attribute:
    """One that has been waiting for room, as this value suggests."""
    made = _make(site_id, key, value)
    made.standing = standing
    Attribute.objects.bulk_create([made], ignore_conflicts=True)
    return Attribute.objects.get(site=site_id, key=key)


def _make(site_id: int, key: str, value: Any) -> Attribute:
    if key in PROFILE_FIELDS:
        return Attribute(site_id=site_id, key=key, type=Attribute.Type.TEXT)
    shape = guess_shape(value)
    return Attribute(
        site_id=site_id,
        key=key,
        type=shape.type,
        element_type=shape.element_type,
        guessed_from=int(value != []),  # an empty list says nothing of its items
    )


def _say(shape: Shape) -> str:
    return {
        Attribute.Type.TEXT: "text",
        Attribute.Type.NUMBER: "a number",
        Attribute.Type.BOOLEAN: "yes or no",
        Attribute.Type.TIME: "a date and time",
        Attribute.Type.OBJECT: "an object",
        Attribute.Type.LIST: "a list of numbers" if shape.element_type == "number" else "a list of texts",
    }[Attribute.Type(shape.type)]
