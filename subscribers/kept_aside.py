"""What was sent for an attribute and could not be kept, and what would not survive another type: numbers with examples."""

import datetime as dt
import json
from collections import Counter
from typing import Any, NamedTuple

from django.db import connection

from subscribers.attribute_values import AttributeValueError, Shape
from subscribers.definitions import read_value
from subscribers.models import Attribute, Site
from subscribers.viewing import find_hidden

MOST_READ = 100_000  # people; of more, “of the first …” is said
EXAMPLES = 5
READ_REFUSED = """
SELECT raw_values -> %s FROM subscribers_subscriber
WHERE site_id = %s AND NOT (raw_values = '{}'::jsonb) AND raw_values ? %s AND merged_into_id IS NULL LIMIT %s
"""
READ_ALL = """
SELECT coalesce(raw_values -> %s, attributes -> %s) FROM subscribers_subscriber
WHERE site_id = %s AND merged_into_id IS NULL AND (attributes ? %s OR raw_values ? %s) LIMIT %s
"""
READ_BEYOND = """
SELECT kept.key, count(*) FROM (
    SELECT raw_values FROM subscribers_subscriber
    WHERE site_id = %s AND NOT (raw_values = '{}'::jsonb) AND merged_into_id IS NULL
        AND (%s::timestamptz IS NULL OR last_seen_at > %s) LIMIT %s
) AS person, jsonb_object_keys(person.raw_values) AS kept (key)
WHERE NOT EXISTS (SELECT FROM subscribers_attribute WHERE site_id = %s AND key = kept.key)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""


class Reading(NamedTuple):
    """Of how many people the values were read (`is_all`: there are no more), how many do not fit, and some of those."""

    people: int
    is_all: bool
    failing: int
    examples: list[Any]


def count_refused(attribute: Attribute) -> Reading:
    """People whose latest value of it was refused, and still would be."""
    bound = [attribute.key, attribute.site_id, attribute.key, MOST_READ + 1]
    return _read(READ_REFUSED, bound, attribute, Shape(attribute.type, attribute.element_type))


def is_refused(attribute: Attribute | None, key: str, value: Any) -> bool:
    """Whether a value that was kept raw cannot be read, rather than being read in other words."""
    if attribute is None:
        return True
    try:
        read_value(key, value, Shape(attribute.type, attribute.element_type))
    except AttributeValueError:
        return True
    return False


def foresee_conversion(attribute: Attribute, shape: Shape) -> Reading:
    """Whose values would not become ones of this shape."""
    key = attribute.key
    return _read(READ_ALL, [key, key, attribute.site_id, key, key, MOST_READ + 1], attribute, shape)


def list_beyond(site: Site, *, since: dt.datetime | None = None, most: int = EXAMPLES) -> dict[str, int]:
    """Keys for which the site had no room: of how many people there is a value; the most frequent ones.

    `since`: of people who were here since then.
    """
    with connection.cursor() as cursor:
        cursor.execute(READ_BEYOND, [site.pk, since, since, MOST_READ, site.pk, most])
        return dict(cursor.fetchall())


def _read(statement: str, bound: list[Any], attribute: Attribute, shape: Shape) -> Reading:
    key, is_hidden = attribute.key, attribute.key in find_hidden(attribute.site_id).attributes
    failing: Counter[str] = Counter()  # by their JSON
    with connection.cursor() as cursor:
        cursor.execute(statement, bound)
        values = [text for (text,) in cursor.fetchall()]
    for text, number in Counter(values[:MOST_READ]).items():
        try:
            read_value(key, json.loads(text), shape)
        except AttributeValueError:
            failing[text] = number
    return Reading(
        people=min(len(values), MOST_READ),
        is_all=len(values) <= MOST_READ,
        failing=failing.total(),
        examples=[] if is_hidden else [json.loads(text) for text, _ in failing.most_common(EXAMPLES)],
    )
