"""What type a value has, and how a value becomes one of another type. JSON in, JSON out."""

import datetime as dt
import math
import re
from typing import Any

from subscribers.models import Attribute

NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", re.ASCII)
# A date alone is no instant: “2026-11-21” stays text until somebody says that the attribute is a time.
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", re.ASCII)
YES = {"true", "yes", "1"}
NO = {"false", "no", "0"}


class AttributeValueError(ValueError):
    """A value that does not fit its attribute's type; the message says what would."""


def guess_type(value: Any) -> Attribute.Type:
    """The type that a first value suggests; what is none of the others is text."""
    if isinstance(value, bool):
        return Attribute.Type.BOOLEAN
    if isinstance(value, int | float):
        return Attribute.Type.NUMBER
    if isinstance(value, list):
        return Attribute.Type.LIST
    if isinstance(value, str) and INSTANT.match(value) and _read_instant(value):
        return Attribute.Type.TIME
    return Attribute.Type.TEXT


def coerce_value(value: Any, type: str) -> Any:  # noqa: A002
    """The value as this type; SDKs and tag managers send numbers as text, and text as numbers.

    Raises AttributeValueError where nothing sensible can be made of it.
    """
    try:
        return COERCIONS[Attribute.Type(type)](value)
    except AttributeValueError:
        raise
    except (TypeError, ValueError, OverflowError):
        raise AttributeValueError(f"needs {WANTED[Attribute.Type(type)]}") from None


def write_instant(instant: dt.datetime) -> str:
    """An instant as JSON keeps it: UTC, to the microsecond, so that the order of text is the order of time.

    Rules compare it in just this form (segments/rules/facts.py).
    """
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError


def _to_number(value: Any) -> int | float:
    if isinstance(value, str):
        text = value.strip()
        if not NUMBER.fullmatch(text):
            raise ValueError
        value = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return value


def _to_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = _to_text(value).strip().lower()
    if word in YES | NO:
        return word in YES
    raise ValueError


def _to_time(value: Any) -> str:
    instant = _read_instant(value) if isinstance(value, str) else None
    if instant is None:
        raise ValueError
    return write_instant(instant)


def _to_list(value: Any) -> list[str]:
    return [_to_text(item) for item in (value if isinstance(value, list) else [value])]


def _read_instant(text: str) -> dt.datetime | None:
    """ISO 8601 as an instant in UTC; without an offset it is taken as UTC."""
    try:
        instant = dt.datetime.fromisoformat(text.strip())
        return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


COERCIONS = {
    Attribute.Type.TEXT: _to_text,
    Attribute.Type.NUMBER: _to_number,
    Attribute.Type.BOOLEAN: _to_boolean,
    Attribute.Type.TIME: _to_time,
    Attribute.Type.LIST: _to_list,
}
WANTED = {
    Attribute.Type.TEXT: "text",
    Attribute.Type.NUMBER: "a number, like 129.99",
    Attribute.Type.BOOLEAN: "true or false",
    Attribute.Type.TIME: "a date and time, like 2026-11-21T10:00:00Z",
    Attribute.Type.LIST: 'a list of texts, like ["running", "hiking"]',
}
