"""Which names of events a site has: those it knows, and new ones out of browsers, which anybody can make up.

Each kind has room of its own, so that no visitor can take up what a backend or a colleague will need. What browsers
report under a name for which there is no room is kept in the timeline all the same, as `$unlisted` with the name among
its properties (tracking/vocabulary.py brings it back).
"""

import logging
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import Now

from subscribers.models import Site, Standing
from tracking.models import Event, EventType, VocabularyJob

logger = logging.getLogger(__name__)

EVENT_TYPES_PER_SITE = 1000
NEW_EVENT_TYPES_PER_SITE = 300  # of browsers, beside those, until somebody accepts them
UNLISTED = "$unlisted"


def read_as_sent(event: Event) -> tuple[str, dict[str, Any]]:
    """Name and properties of an event, whether its name is listed or not."""
    name, properties = event.event_type.name, event.properties
    return (properties["name"], properties["properties"]) if name == UNLISTED else (name, properties)


class Room(NamedTuple):
    """How many more names a site can have: of a backend or a colleague, and of browsers."""

    trusted: int
    browsers: int


def read_room(site: Site) -> Room:
    found = EventType.objects.filter(site=site).aggregate(
        accepted=Count("pk", filter=Q(standing=Standing.ACCEPTED)),
        new=Count("pk", filter=Q(standing=Standing.NEW)),
    )
    return Room(
        max(0, EVENT_TYPES_PER_SITE - found["accepted"]),
        0 if site.vocabulary_frozen else max(0, NEW_EVENT_TYPES_PER_SITE - found["new"]),
    )


def find_names_without_room(site: Site, names: Iterable[str], *, trusted: bool) -> set[str]:
    """Those of the names that would be one more kind of event than a site can have; our own always have room."""
    wanted = {name for name in names if not name.startswith("$")}
    known = set(EventType.objects.filter(site=site, name__in=wanted).values_list("name", flat=True))
    unknown = sorted(wanted - known)
    if not unknown:
        return set()
    room = read_room(site)
    return set(unknown[room.trusted if trusted else room.browsers :])


def find_or_create_types(
    site: Site, names: Iterable[str], *, from_browsers: Collection[str] = frozenset(), spare: int = 0
) -> dict[str, EventType]:
    """The types by name; without those for which there is no more room. Our own `$` names always have room.

    A name that was merged into another leads to that one. `from_browsers`: names that nobody but browsers used here;
    any other is accepted by that, if it was new. `spare`: how many more than a site can have are taken all the same.
    """
    wanted = set(names)
    stored = EventType.objects.filter(site=site, name__in=wanted | {UNLISTED}).select_related("merged_into")
    types = {row.name: row for row in stored}
    new = wanted - types.keys()
    if new:
        made = _create(site, new, from_browsers, spare)
        has_unlisted = UNLISTED in types
        types = {row.name: row for row in stored.all()}
        if has_unlisted:
            ask_back(site, [types[name] for name in made if name in types])
    types = {name: row for name, row in types.items() if name in wanted}
    _note_arrivals(types.values())
    _accept_used(row for row in types.values() if row.name not in from_browsers)
    for name in wanted - types.keys() - set(from_browsers):
        logger.warning(
            "Event %r of site %s left out: no more than %s names", name, site.pk, EVENT_TYPES_PER_SITE
        )
    return {name: row.merged_into or row for name, row in types.items()}


def ask_back(site: Site, event_types: Iterable[EventType]) -> None:
    """What was kept as unlisted under these names is to be brought to them."""
    unlisted = EventType.objects.filter(site=site, name=UNLISTED).first()
    if unlisted is not None:
        VocabularyJob.objects.bulk_create(
            VocabularyJob(site=site, source=unlisted, target=row, name=row.name) for row in event_types
        )


def _create(site: Site, names: set[str], from_browsers: Collection[str], spare: int) -> list[str]:
    """The names that are listed now; without our own."""
    own = sorted(name for name in names if name.startswith("$"))
    trusted = sorted(names - set(own) - set(from_browsers))
    told = sorted((names - set(own)) & set(from_browsers))
    room = read_room(site) if trusted or told else Room(0, 0)
    made = [
        *(EventType(site=site, name=name) for name in [*own, *trusted[: room.trusted + spare]]),
        *(EventType(site=site, name=name, standing=Standing.NEW) for name in told[: room.browsers]),
    ]
    EventType.objects.bulk_create(made, ignore_conflicts=True)
    return [row.name for row in made if not row.name.startswith("$")]


def _note_arrivals(types: Iterable[EventType]) -> None:
    """What was announced beforehand has come."""
    arrived = [row.pk for row in types if row.first_seen_at is None]
    if arrived:
        EventType.objects.filter(pk__in=arrived, first_seen_at=None).update(first_seen_at=Now())


def _accept_used(types: Iterable[EventType]) -> None:
    """A name that a backend or Carillon itself uses is nobody's invention."""
    used = [row.pk for row in types if row.standing == Standing.NEW]
    if used:
        EventType.objects.filter(pk__in=used).update(standing=Standing.ACCEPTED)
