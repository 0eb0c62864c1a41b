"""What a row held before and after a change, as the audit log may keep it."""

import datetime as dt
import decimal
import uuid
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from django.db import models

# Of these, and of no others, the values before and after are kept.
KEPT = frozenset(
    {
        *("access.apikey", "access.sitemember"),
        *("subscribers.site", "subscribers.place", "subscribers.attribute", "tracking.eventtype"),
        *("segments.segment", "campaigns.campaign", "campaigns.variant"),
        *("campaigns.sendingpolicy", "campaigns.frequencycap"),
        *("django_celery_beat.periodictask", "django_celery_beat.intervalschedule"),
        *("django_celery_beat.crontabschedule", "django_celery_beat.clockedschedule"),
    }
)
# Staff are called by their names, so that one sees whom somebody gave what; what else there is may be called after people.
# A token is called by itself.
NAMED = KEPT | {"auth.user", "auth.group"}
# Rows that are part of another, by the name that leads to them.
PARTS = {"campaigns.campaign": ("variants",), "campaigns.sendingpolicy": ("site.frequency_caps",)}
SECRET = ("secret", "private", "password", "digest", "token")
HIDDEN = "(secret)"


def read_values(row: models.Model) -> dict[str, Any]:
    """What a row holds, in JSON, to be compared later. Not to be kept as it is: secrets are in it."""
    values = {
        field.name: to_json(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    if row.pk is None or not is_kept(row):
        return values
    for related in row._meta.many_to_many:
        values[related.name] = sorted(getattr(row, related.name).values_list("pk", flat=True))
    for name in PARTS.get(row._meta.label_lower, ()):
        values[name.rpartition(".")[2]] = [read_values(part) for part in attrgetter(name)(row).order_by("pk")]
    return values


def hide(name: str, value: Any) -> Any:
    return HIDDEN if value not in (None, "") and any(word in name for word in SECRET) else value


def is_kept(row: models.Model) -> bool:
    return row._meta.label_lower in KEPT


def is_named(row: models.Model) -> bool:
    return row._meta.label_lower in NAMED


def to_json(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta() | uuid.UUID() | decimal.Decimal():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {str(key): to_json(inner) for key, inner in value.items()}
        case Iterable():
            return [to_json(inner) for inner in value]
    return str(getattr(value, "sealed", value))  # of a secret the form in which it lies in the database
