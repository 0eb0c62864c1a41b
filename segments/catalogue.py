"""What the rule builder offers: the site's attributes, events, pages, places, segments, and the operators."""

from collections import defaultdict
from typing import Any

from babel import Locale
from django.db.models import QuerySet

from segments.definitions import list_campaigns
from segments.models import Segment
from segments.rules.describe import DEVICE_LABELS, PROFILE_LABELS
from segments.rules.operators import Family, list_operators
from subscribers.models import Attribute, Place, PushSubscription, Site, Subscriber
from tracking.models import Event, EventType

SAMPLE = 2000  # values and pages on offer are read off that many of the newest rows
MOST_VALUES = 20
PAGES = 100


def read_catalogue(site: Site) -> dict[str, Any]:
    """Everything the rule builder offers for a site, as JSON. Values are examples, not all there are."""
    return {
        "attributes": _list_attributes(site),
        "profile": _list_profile_fields(site),
        "device": _list_device_fields(site),
        "events": _list_events(site),
        "pages": _list_pages(site),
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
            "label": attribute.key.replace("_", " "),
            "values": sorted(values[attribute.key]),
        }
        for attribute in Attribute.objects.filter(site=site).order_by("key")
    ]


def _sample_attributes(site: Site) -> dict[str, set[str]]:
    """Texts that subscribers seen lately have, for each key; those inside lists too."""
    seen: dict[str, set[str]] = defaultdict(set)
    newest = Subscriber.objects.living().filter(site=site).order_by("-last_seen_at")[:SAMPLE]
    for attributes in newest.values_list("attributes", flat=True):
        for key, value in attributes.items():
            texts = [
                each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
            ]
            if len(seen[key]) < MOST_VALUES:
                seen[key].update(texts[:MOST_VALUES])
    return seen


def _list_profile_fields(site: Site) -> list[dict[str, Any]]:
    newest = Subscriber.objects.living().filter(site=site).order_by("-last_seen_at")[:SAMPLE]
    offered = ("country", "region", "city", "timezone", "language", "source")
    rows = list(newest.values_list(*offered))
    seen = {field: sorted({row[index] for row in rows} - {""}) for index, field in enumerate(offered)}
    countries = Locale("en").territories
    fields: list[dict[str, Any]] = []
    for key, label in PROFILE_LABELS.items():
        values: list[Any] = seen.get(key, [])
        if key == "country":
            values = [{"value": code, "label": countries.get(code, code)} for code in values]
        kind = Family.TIME if key.endswith("_at") else Family.TEXT
        fields.append({"key": key, "type": kind.value, "label": label, "values": values})
    return fields


def _list_device_fields(site: Site) -> list[dict[str, Any]]:
    newest = PushSubscription.objects.filter(subscriber__site=site).order_by("-last_seen_at")[:SAMPLE]
    rows = list(newest.values_list(*DEVICE_LABELS))
    return [
        {"key": key, "type": "text", "label": label, "values": sorted({row[index] for row in rows} - {""})}
        for index, (key, label) in enumerate(DEVICE_LABELS.items())
    ]


def _list_events(site: Site) -> list[dict[str, Any]]:
    types = EventType.objects.filter(site=site).exclude(name__startswith="$") | EventType.objects.filter(
        site=site, name="$session_start"
    )
    values = _sample_properties(types)
    return [
        {
            "key": event_type.name,
            "label": "Visited the site (session started)"
            if event_type.name == "$session_start"
            else event_type.name.replace("_", " "),
            "properties": [
                {"key": key, "type": kind, "values": sorted(values[event_type.pk, key])}
                for key, kind in sorted(event_type.properties.items())
            ],
        }
        for event_type in types.order_by("name")
    ]


def _sample_properties(types: QuerySet[EventType]) -> dict[tuple[int, str], set[str]]:
    """Texts seen lately, for each event type and property."""
    seen: dict[tuple[int, str], set[str]] = defaultdict(set)
    newest = Event.objects.filter(event_type__in=types).order_by("-occurred_at")[:SAMPLE]
    for event_type, properties in newest.values_list("event_type_id", "properties"):
        for key, value in properties.items():
            known = seen[event_type, key]
            if isinstance(value, str) and len(known) < MOST_VALUES:
                known.add(value)
    return seen


def _list_pages(site: Site) -> list[str]:
    page_views = EventType.objects.filter(site=site, name="$page_view")
    newest = Event.objects.filter(event_type__in=page_views).order_by("-occurred_at")[:SAMPLE]
    urls = newest.values_list("properties__url", flat=True)
    return sorted({url for url in urls if isinstance(url, str)})[:PAGES]
