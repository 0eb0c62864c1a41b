"""What we know about one subscriber: profile fields and attributes.

Some attribute keys are also profile fields (PROFILE_FIELDS): setting the attribute `timezone` sets the time zone
that campaigns go by. What a site says about a person in this way wins over what their browser shows.
"""

import dataclasses
import datetime as dt
import json
import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from subscribers.arrays import write_array, write_texts
from subscribers.attribute_values import AttributeValueError, coerce_value, guess_type
from subscribers.changes import LOCATION, name_attribute, name_profile
from subscribers.geolocation import NOWHERE, Location
from subscribers.models import Attribute, Subscriber
from subscribers.timezones import is_timezone

logger = logging.getLogger(__name__)

ATTRIBUTES_PER_SUBSCRIBER = 200
DEFINITIONS_PER_SITE = 1000
LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}", re.ASCII)
PLACE_FIELDS = ("country", "region", "city", "latitude", "longitude")
WRITTEN_FIELDS = (
    *("external_id", "email", *PLACE_FIELDS, "timezone", "language", "attributes"),
    *("attribute_times", "merged_into", "merged_at", "created_at", "last_seen_at"),
)
SEE = """
UPDATE subscribers_subscriber AS person SET last_seen_at = seen.at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS seen (id, at) WHERE person.id = seen.id
"""
STAMP = """
UPDATE subscribers_subscriber AS person SET last_seen_at = stamped.at, attribute_times = stamped.times
FROM unnest(%s::bigint[], %s::timestamptz[], %s::jsonb[]) AS stamped (id, at, times) WHERE person.id = stamped.id
"""
LAST_SEEN = name_profile("last_seen_at")
NOTED_FIELDS = [
    field
    for field in WRITTEN_FIELDS
    if field not in {"latitude", "longitude", "attributes", "attribute_times", "merged_into", "merged_at"}
]


@dataclasses.dataclass(frozen=True)
class Context:
    """What a request shows of the person behind it, without their saying so."""

    timezone: str = ""
    language: str = ""
    location: Location = NOWHERE


def read_topics(subscriber: Subscriber) -> dict[str, Any]:
    """What is known of a subscriber, each value under the topic by which a change of it is noted."""
    return {
        **{name_attribute(key): value for key, value in subscriber.attributes.items()},
        **{name_profile(field): getattr(subscriber, field) for field in NOTED_FIELDS},
        LOCATION: (subscriber.latitude, subscriber.longitude),
    }


def find_changed_topics(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The topics whose values differ; both are of `read_topics`."""
    return {topic for topic in before.keys() | after.keys() if before.get(topic) != after.get(topic)}


def save_profiles(subscribers: Iterable[Subscriber]) -> None:
    """Write many changed subscribers, all of them locked by the caller, in one statement."""
    Subscriber.objects.bulk_create(
        sorted(subscribers, key=lambda subscriber: subscriber.pk),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=WRITTEN_FIELDS,
        batch_size=500,
    )


def save_visits(subscribers: Collection[Subscriber]) -> None:
    """Write when they were seen last, and nothing else: by far the most frequent change."""
    ordered = sorted(subscribers, key=lambda subscriber: subscriber.pk)
    if ordered:
        with connection.cursor() as cursor:
            ids, times = (each.pk for each in ordered), (each.last_seen_at for each in ordered)
            cursor.execute(SEE, [write_array(ids), write_array(times)])


def save_stamps(subscribers: Collection[Subscriber]) -> None:
    """Write when they were seen last and since when their attributes are so: they were told again, nothing changed."""
    ordered = sorted(subscribers, key=lambda subscriber: subscriber.pk)
    if ordered:
        with connection.cursor() as cursor:
            ids, seen = (each.pk for each in ordered), (each.last_seen_at for each in ordered)
            times = write_texts(json.dumps(each.attribute_times) for each in ordered)
            cursor.execute(STAMP, [write_array(ids), write_array(seen), times])


def assign_context(subscriber: Subscriber, *, context: Context, now: dt.datetime) -> None:
    """The person was here just now, in this context. Not written yet."""
    subscriber.last_seen_at = max(subscriber.last_seen_at, now)
    told = {field for field in PROFILE_FIELDS if clean_field(field, subscriber.attributes.get(field))}
    for field in {"timezone", "language"} - told:
        value = clean_field(field, getattr(context, field))
        if value:
            setattr(subscriber, field, value)
    if not told & {"country", "region", "city"}:
        _move(subscriber, context.location)


def _move(subscriber: Subscriber, place: Location) -> None:
    """A bare country, guessed from a time zone, does not wipe out a finer place in that same country."""
    if place.country and (place.latitude is not None or place.country != subscriber.country):
        for field in PLACE_FIELDS:
            setattr(subscriber, field, getattr(place, field))


def assign_attributes(
    subscriber: Subscriber,
    *,
    values: Mapping[str, Any],
    remove: Iterable[str],
    definitions: MutableMapping[str, str],
) -> dict[str, str]:
    """Set and remove attributes, and define those never seen before; the subscriber is not written yet.

    `definitions` (key → type) are those known so far. Returns what was kept out: the key, and a sentence that says why.
    """
    remove = {*remove, *(key for key, value in values.items() if value is None)}
    for key in remove:
        subscriber.attributes.pop(key, None)
        if key in PROFILE_FIELDS:
            setattr(subscriber, key, "")
    given = {key: value for key, value in values.items() if value is not None}
    _define_attributes(subscriber.site_id, given, definitions)
    refused: dict[str, str] = {}
    for key, value in given.items():
        try:
            _set_attribute(subscriber, key, value, definitions.get(key))
        except AttributeValueError as error:
            refused[key] = str(error)
            logger.warning("Attribute %r of subscriber %s kept out: it %s", key, subscriber.pk, error)
    return refused


def _set_attribute(subscriber: Subscriber, key: str, value: Any, type_: str | None) -> None:
    if type_ is None:
        raise AttributeValueError(f"would be one more than the {DEFINITIONS_PER_SITE} that a site can have")
    if key not in subscriber.attributes and len(subscriber.attributes) >= ATTRIBUTES_PER_SUBSCRIBER:
        raise AttributeValueError(
            f"would be one more than the {ATTRIBUTES_PER_SUBSCRIBER} that a subscriber can have"
        )
    subscriber.attributes[key] = coerce_value(value, type_)
    cleaned = clean_field(key, value)
    if cleaned:
        setattr(subscriber, key, cleaned)


def _define_attributes(
    site_id: int, values: Mapping[str, Any], definitions: MutableMapping[str, str]
) -> None:
    """Learn the types of these keys, and make definitions for new ones as their first values suggest."""
    unknown = sorted(values.keys() - definitions.keys())
    if not unknown:
        return
    stored = Attribute.objects.filter(site_id=site_id, key__in=unknown)
    definitions.update(stored.values_list("key", "type"))
    new = [key for key in unknown if key not in definitions]
    if not new:
        return
    room = max(0, DEFINITIONS_PER_SITE - Attribute.objects.filter(site_id=site_id).count())
    Attribute.objects.bulk_create(
        (Attribute(site_id=site_id, key=key, type=guess_type(values[key])) for key in new[:room]),
        ignore_conflicts=True,
    )
    definitions.update(stored.all().values_list("key", "type"))


def clean_field(field: str, value: Any) -> str:
    """A profile field's value in its proper form; empty if this is no such field, or no such value."""
    return PROFILE_FIELDS[field](value.strip()) if field in PROFILE_FIELDS and isinstance(value, str) else ""


def _clean_email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""


PROFILE_FIELDS: dict[str, Callable[[str], str]] = {
    "email": _clean_email,
    "timezone": lambda text: text if is_timezone(text) else "",
    "language": lambda text: text.replace("_", "-") if LANGUAGE.fullmatch(text) and len(text) <= 35 else "",
    "country": lambda text: text.upper() if re.fullmatch("[A-Za-z]{2}", text) else "",
    "region": lambda text: text[:100],
    "city": lambda text: text[:100],
}
