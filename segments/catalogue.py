"""What the rule builder offers: the site's attributes, events, pages, places, segments, and the operators."""

import datetime as dt
import json
from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from segments.definitions import list_campaigns
from segments.models import Segment
from segments.rules.describe import DEVICE_LABELS, PROFILE_LABELS
from segments.rules.describe_events import DEEDS
from segments.rules.operators import Family, list_operators
from segments.rules.wording import say_name
from subscribers.countries import COUNTRIES
from subscribers.models import Attribute, Place, PushSubscription, Site, Standing, Subscriber
from subscribers.viewing import Hidden, find_hidden
from tracking.declaring import list_awaited_properties
from tracking.models import EventType
from tracking.nesting import list_paths

SAMPLE = 2000  # values and pages on offer are read off about that many of the newest rows
MOST_VALUES = 20
PAGES = 100
RECENT = dt.timedelta(weeks=8)  # older weeks of the log are not opened

# A walk down the index of each type, however many events there are; one walk over all types would have to sort them.
NEWEST_EVENTS = """
SELECT type.id, newest.properties
FROM unnest(%(types)s::bigint[]) AS type (id)
CROSS JOIN LATERAL (
    SELECT properties FROM tracking_event
    WHERE event_type_id = type.id AND occurred_at > %(since)s
    ORDER BY occurred_at DESC LIMIT %(most)s
) AS newest
"""


def read_catalogue(site: Site, *, now: dt.datetime) -> dict[str, Any]:
    """Everything the rule builder offers for a site, as JSON. Values are examples, not all there are."""
    since = now - RECENT
    return {
        "attributes": _list_attributes(site),
        "profile": _list_profile_fields(site),
        "device": _list_device_fields(site),
        "events": _list_events(site, since),
        "pages": _list_pages(site, since),
        "places": [
            {"name": place.name, "lat": place.latitude, "lon": place.longitude}
            for place in Place.objects.filter(site=site).order_by("name")
        ],
        "segments": list(Segment.objects.filter(site=site).order_by("name").values("id", "name")),
        "campaigns": [{"id": pk, "name": name} for pk, name in list_campaigns(site)],
        "operators": {family.value: _list_operators(family) for family in Family},
    }


def _list_operators(family: Family) -> list[dict[str, str]]:
    return [{"key": row.key, "label": row.label, "value": row.arity.value} for row in list_operators(family)]


def _list_attributes(site: Site) -> list[dict[str, Any]]:
    values = _sample_attributes(site)
    return [
        {
            "key": attribute.key,
            "type": attribute.type,
            "element_type": attribute.element_type,
            "label": say_name(attribute.key),
            "values": sorted(values[attribute.key]),
            **_mark(waits=attribute.first_seen_at is None, new=attribute.standing == Standing.NEW),
        }
        for attribute in Attribute.objects.filter(site=site, hidden=False, merged_into=None).order_by("key")
    ]


def _sample_attributes(site: Site) -> dict[str, set[str]]:
    """Texts that subscribers seen lately have, for each key; those inside lists too."""
    hidden = find_hidden(site.pk).attributes
    seen: dict[str, set[str]] = defaultdict(set)
    for attributes in _select_newest(site).values_list("attributes", flat=True):
        for key in attributes.keys() - hidden:
            value = attributes[key]
            texts = [
                each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
            ]
            if len(seen[key]) < MOST_VALUES:
                seen[key].update(texts[:MOST_VALUES])
    return seen


def _list_profile_fields(site: Site) -> list[dict[str, Any]]:
    offered = ("country", "region", "city", "timezone", "language", "source")
    rows = list(_select_newest(site).values_list(*offered))
    hidden = find_hidden(site.pk).fields
    seen = {
        field: sorted({row[index] for row in rows} - {""}) if field not in hidden else []
        for index, field in enumerate(offered)
    }
    fields: list[dict[str, Any]] = []
    for key, label in PROFILE_LABELS.items():
        values: list[Any] = seen.get(key, [])
        if key == "country":
            values = [{"value": code, "label": COUNTRIES.get(code, code)} for code in values]
        kind = Family.TIME if key.endswith("_at") else Family.TEXT
        fields.append({"key": key, "type": kind.value, "label": label, "values": values})
    return fields


def _list_device_fields(site: Site) -> list[dict[str, Any]]:
    devices = PushSubscription.objects.filter(subscriber__in=_select_newest(site).values("pk"))
    rows = list(devices.values_list(*DEVICE_LABELS).distinct())
    return [
        {"key": key, "type": "text", "label": label, "values": sorted({row[index] for row in rows} - {""})}
        for index, (key, label) in enumerate(DEVICE_LABELS.items())
    ]


def _select_newest(site: Site) -> QuerySet[Subscriber]:
    return Subscriber.objects.living().filter(site=site).order_by("-last_seen_at")[:SAMPLE]


def _list_events(site: Site, since: dt.datetime) -> list[dict[str, Any]]:
    """The site's own by name, then what Carillon itself records, whether it has happened yet or not."""
    offered = EventType.objects.filter(site=site, hidden=False, merged_into=None)
    types = {row.name: row for row in offered.order_by("name")}
    own = [name for name in types if not name.startswith("$")]
    values = _sample_properties([types[name].pk for name in [*own, *DEEDS] if name in types], since)
    hidden = find_hidden(site.pk)
    labels = {name: say_name(name) for name in own} | {
        name: did[:1].upper() + did[1:] for name, (did, _) in DEEDS.items()
    }
    return [
        {
            "key": name,
            "label": label,
            "reserved": name in DEEDS,
            **_mark(
                waits=name in types and types[name].first_seen_at is None,
                new=name in types and types[name].standing == Standing.NEW,
            ),
            "properties": _list_properties(types[name], values, hidden) if name in types else [],
        }
        for name, label in labels.items()
    ]


def _mark(*, waits: bool, new: bool = False) -> dict[str, bool]:
    """What was announced and has not come is marked, and what only browsers named; on all else there is nothing to say."""
    return ({"waits": True} if waits else {}) | ({"new": True} if new else {})


def _list_properties(
    event_type: EventType, values: dict[tuple[int, str], set[str]], hidden: Hidden
) -> list[dict[str, Any]]:
    def list_values(key: str) -> list[str]:
        return [] if hidden.hides_property(event_type.name, key) else sorted(values[event_type.pk, key])

    return [
        {"key": key, "type": kind, "values": list_values(key)}
        for key, kind in sorted(event_type.properties.items())
        if key not in event_type.hidden_properties
    ] + [
        {"key": key, "type": told["type"], "values": [], **_mark(waits=True)}
        for key, told in sorted(list_awaited_properties(event_type).items())
    ]


def _sample_properties(types: list[int], since: dt.datetime) -> dict[tuple[int, str], set[str]]:
    """Texts seen lately, for each event type and property."""
    seen: dict[tuple[int, str], set[str]] = defaultdict(set)
    for event_type, properties in _read_newest(types, since):
        for key, value in list_paths(properties):
            known = seen[event_type, key]
            if isinstance(value, str) and len(known) < MOST_VALUES:
                known.add(value)
    return seen


def _list_pages(site: Site, since: dt.datetime) -> list[str]:
    page_views = EventType.objects.filter(site=site, name="$page_view").values_list("pk", flat=True)
    if find_hidden(site.pk).hides_property("$page_view", "url"):
        return []
    urls = [properties.get("url") for _, properties in _read_newest(list(page_views), since)]
    return sorted({url for url in urls if isinstance(url, str)})[:PAGES]


def _read_newest(types: list[int], since: dt.datetime) -> list[tuple[int, dict[str, Any]]]:
    """Type and properties of the newest events; each type has a share of the sample, so that none crowds out others."""
    most = max(SAMPLE // max(len(types), 1), MOST_VALUES)
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_EVENTS, {"types": types, "since": since, "most": most})
        return [(event_type, json.loads(properties)) for event_type, properties in cursor.fetchall()]
