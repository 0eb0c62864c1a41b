"""How much is kept of one person's attributes: of all of them, and of one value, as JSON in UTF-8."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

SURELY_SMALL = 15  # so many values have room, whatever they are
_QUOTES = 2
_BETWEEN = 6  # characters around a key and its value


def measure(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode(errors="surrogatepass")) + _QUOTES
    return len(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))


def explain_size(value: Any) -> str:
    """What is wrong with the size of a value by itself; empty: nothing."""
    most = settings.ATTRIBUTE_MAX_BYTES
    return f"has more than the {most:,} bytes of one value" if measure(value) > most else ""


def has_room(kept: Mapping[str, Any], key: str, value: Any) -> bool:
    """Whether a person of whom that is kept can have this, too, or in place of what was there."""
    if len(kept) < min(SURELY_SMALL, settings.ATTRIBUTES_MAX_BYTES // (settings.ATTRIBUTE_MAX_BYTES + 130)):
        return True
    return fits(kept, key, value)


def fits(kept: Mapping[str, Any], key: str, value: Any) -> bool:
    without = {name: one for name, one in kept.items() if name != key}
    return measure(without) + measure(key) + measure(value) + _BETWEEN <= settings.ATTRIBUTES_MAX_BYTES


def explain_room() -> str:
    return f"would be more than the {settings.ATTRIBUTES_MAX_BYTES:,} bytes that a subscriber's attributes can have"
