"""What we know about one subscriber: profile fields and attributes.

Some attribute keys are also profile fields (PROFILE_FIELDS): setting the attribute `timezone` sets the time zone
that campaigns go by. What a site says about a person in this way wins over what their browser shows; so do `latitude`
and `longitude` together, which is how the SDK's setLocation tells where a device is.
"""

import dataclasses
import datetime as dt
import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection

from subscribers.arrays import write_array, write_texts
from subscribers.attribute_sizes import SURELY_SMALL, explain_room, explain_size, fits, has_room, measure
from subscribers.attribute_values import AttributeValueError, is_same
from subscribers.changes import LOCATION, name_attribute, name_profile
from subscribers.definitions import Definitions
from subscribers.geolocation import COORDINATES, NOWHERE, Location, read_coordinates
from subscribers.models import Identity, Site, Subscriber
from subscribers.profile_fields import PROFILE_FIELDS, clean_field

logger = logging.getLogger(__name__)

Name = tuple[str, str]  # kind and value of an Identity

ATTRIBUTES_PER_SUBSCRIBER = 200
PLACE_FIELDS = ("country", "region", "city", "latitude", "longitude")
WRITTEN_FIELDS = (
    *("external_id", "claimed_id", "email", *PLACE_FIELDS, "timezone", "language", "attributes"),
    *("attribute_times", "raw_values", "merged_into", "merged_at", "created_at", "last_seen_at"),
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
    if field
    not in {
        "latitude",
        "longitude",
        "attributes",
        "attribute_times",
        "raw_values",
        "merged_into",
        "merged_at",
    }
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
    return {
        topic
        for topic in before.keys() | after.keys()
        if not _is_unchanged(before.get(topic), after.get(topic))
    }


def _is_unchanged(one: Any, other: Any) -> bool:
    """As JSON has it: to Python True is 1 as well. Most values are the very same object, which is quickly told."""
    return one is other or (one == other and is_same(one, other))


def list_kept(site: Site, names: Collection[Name]) -> dict[Name, dict[str, Any]]:
    """Which attributes the people of these names have now; without those who are not known yet."""
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for kind, value in names:
        by_kind[kind].append(value)
    found: dict[Name, dict[str, Any]] = {}
    for kind, values in by_kind.items():
        leads = Identity.objects.filter(site=site, kind=kind, value__in=values)
        for value, attributes in leads.values_list("value", "subscriber__attributes"):
            found[kind, value] = attributes
    return found


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
    _place(subscriber)


def _move(subscriber: Subscriber, place: Location) -> None:
    """A bare country, guessed from a time zone, does not wipe out a finer place in that same country."""
    if place.country and (place.latitude is not None or place.country != subscriber.country):
        for field in PLACE_FIELDS:
            setattr(subscriber, field, getattr(place, field))


def _place(subscriber: Subscriber) -> None:
    """Where a device says that it is wins over where its connection comes out."""
    told = read_coordinates(subscriber.attributes)
    if told:
        subscriber.latitude, subscriber.longitude = told


def assign_attributes(
    subscriber: Subscriber, *, values: Mapping[str, Any], remove: Iterable[str], definitions: Definitions
) -> dict[str, str]:
    """Set and remove attributes, and define those never seen before; the subscriber is not written yet.

    Returns what was kept out: the key, and a sentence that says why. Its value is kept raw, until a better one comes.
    """
    definitions.learn([values])
    for key in {*remove, *(key for key, value in values.items() if value is None)}:
        _remove_attribute(subscriber, key)
    refused: dict[str, str] = {}
    for key, value in values.items():
        if value is None:
            continue
        try:
            _set_attribute(subscriber, key, value, definitions)
        except AttributeValueError as error:
            refused[key] = str(error)
            _keep_raw(subscriber, key, value)
            logger.info("Attribute %r of subscriber %s kept out: it %s", key, subscriber.pk, error)
    _place(subscriber)
    return refused


def _set_attribute(subscriber: Subscriber, key: str, value: Any, definitions: Definitions) -> None:
    if key not in subscriber.attributes and len(subscriber.attributes) >= ATTRIBUTES_PER_SUBSCRIBER:
        raise AttributeValueError(
            f"would be one more than the {ATTRIBUTES_PER_SUBSCRIBER} that a subscriber can have"
        )
    if problem := explain_size(value):
        raise AttributeValueError(problem)
    kept, is_guess = definitions.take(key, value)
    if not has_room(subscriber.attributes, key, kept):
        raise AttributeValueError(explain_room())
    if key in PROFILE_FIELDS:
        if kept == "":
            _remove_attribute(subscriber, key)
            return
        setattr(subscriber, key, clean_field(key, value if isinstance(value, str) else str(value)))
    subscriber.attributes[key] = kept
    subscriber.raw_values.pop(key, None)
    if is_guess and not is_same(kept, value):
        _keep_raw(subscriber, key, value)


def _remove_attribute(subscriber: Subscriber, key: str) -> None:
    subscriber.attributes.pop(key, None)
    subscriber.raw_values.pop(key, None)
    if key in PROFILE_FIELDS:
        setattr(subscriber, key, "")
    if key in COORDINATES:
        # Until the next visit shows where they are, roughly.
        subscriber.latitude = subscriber.longitude = None


def _keep_raw(subscriber: Subscriber, key: str, value: Any) -> None:
    """As long as there is room, which is as much as for what can be kept."""
    is_one_more = key not in subscriber.raw_values and len(subscriber.raw_values) >= ATTRIBUTES_PER_SUBSCRIBER
    too_large = measure(value) > settings.ATTRIBUTE_MAX_BYTES or len(subscriber.raw_values) >= SURELY_SMALL
    if is_one_more or (too_large and not fits(subscriber.raw_values, key, value)):
        subscriber.raw_values.pop(key, None)  # what was sent before is not what was sent last
        return
    subscriber.raw_values[key] = value
