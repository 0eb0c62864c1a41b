"""What a message says about people without anything in its place where it is not known."""

from collections.abc import Collection

from django.db.models import Count, F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from campaigns.rendering import PROFILE_FIELDS, PROVEN_FIELDS
from subscribers.models import Subscriber


def count_missing(keys: Collection[str], subscriber_ids: Collection[int]) -> dict[str, int]:
    """Of how many of these people each key is unknown or empty. One statement."""
    names = {f"key_{number}": key for number, key in enumerate(keys)}
    counts = {name: Count("pk", filter=_is_missing(key)) for name, key in names.items()}
    found = Subscriber.objects.filter(pk__in=subscriber_ids).order_by().aggregate(**counts)
    return {key: found[name] for name, key in names.items()}


def _is_missing(key: str) -> Q:
    """As in the message itself (join_variables)."""
    value = [] if key in PROVEN_FIELDS else [Cast(KeyTextTransform(key, "attributes"), TextField())]
    profile = [Cast(F(key), TextField())] if key in PROFILE_FIELDS else []
    return Q(Exact(Coalesce(*value, *profile, Value(""), output_field=TextField()), Value("")))
