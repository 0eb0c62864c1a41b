"""A look at what subscribers' attributes hold, cheap on any number of subscribers."""

import datetime as dt
from collections import Counter
from typing import Any

from subscribers.attribute_values import coerce_value, guess_type
from subscribers.models import Attribute, Subscriber
from subscribers.viewing import find_hidden

SAMPLE_SIZE = 1000


def sample_values(attribute: Attribute, *, limit: int = 20) -> list[str]:
    """The most frequent values among the subscribers who were seen last, as text, the most frequent first."""
    if attribute.key in find_hidden(attribute.site_id).attributes:
        return []
    latest = Subscriber.objects.living().filter(site=attribute.site_id).order_by("-last_seen_at")
    profiles = latest.values_list("attributes", flat=True)[:SAMPLE_SIZE]
    values = (profile[attribute.key] for profile in profiles if attribute.key in profile)
    counts = Counter(show_value(value) for value in values)
    return [value for value, _ in counts.most_common(limit)]


def show_value(value: Any) -> str:
    """A value as people read it: yes and no, lists with commas, whole numbers without “.0”, moments spelled out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(show_value(item) for item in value) or "(empty)"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{int(value)}"
    if isinstance(value, str) and guess_type(value) == Attribute.Type.TIME:
        instant = dt.datetime.fromisoformat(coerce_value(value, Attribute.Type.TIME))
        return f"{instant:%-d %b %Y, %H:%M} UTC"
    return "(none)" if value is None else str(value)
