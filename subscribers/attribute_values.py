"""What type a value has, and how a value becomes one of another type. JSON in, JSON out."""

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from subscribers.models import Attribute
from subscribers.non_values import is_non_value

# Numbers as JSON writes them: what begins with a zero or a plus is the text of a post code or a telephone.
NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,18})?([eE][+-]?\d{1,2})?", re.ASCII)
# A date alone is no instant: “2026-11-21” stays text until somebody says that the attribute is a time.
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", re.ASCII)
TEXT, NUMBERS = Attribute.ElementType.TEXT, Attribute.ElementType.NUMBER
YES = {"true", "yes", "1"}
NO = {"false", "no", "0"}


class AttributeValueError(ValueError):
    """A value that does not fit its attribute's type; the message says what would."""


class Shape(NamedTuple):
    """How an attribute's values are read; `element_type` says what the items of a list are."""

    type: str
    element_type: str = Attribute.ElementType.TEXT


def guess_shape(value: Any) -> Shape:
    """The shape that a first value suggests; a list's items are numbers only if all of them are."""
    if isinstance(value, dict) or _holds_objects(value):
        return Shape(Attribute.Type.OBJECT)
    return Shape(guess_type(value), _guess_element_type(value) if isinstance(value, list) else TEXT)


def widen_shape(shape: Shape, value: Any) -> Shape | None:
    """The wider shape in which what was kept so far has room, and this value, too; None if nothing suggests one.

    Text that says that there is nothing (“n/a”) is no reason to read numbers as text from now on.
    """
    kind, items = Attribute.Type(shape.type), value if isinstance(value, list) else [value]
    if kind == Attribute.Type.OBJECT or any(isinstance(item, dict) for item in items):
        return None
    if any(isinstance(item, str) and is_non_value(item) for item in items):
        return None
    if kind == Attribute.Type.LIST:
        return Shape(kind, TEXT) if shape.element_type != TEXT and _is_text(items) else None
    if isinstance(value, list):
        return _widen_to_list(kind, value)
    return Shape(Attribute.Type.TEXT) if isinstance(value, str) and kind != Attribute.Type.TEXT else None


def _widen_to_list(kind: Attribute.Type, value: list[Any]) -> Shape | None:
    if kind == Attribute.Type.NUMBER:
        return Shape(Attribute.Type.LIST, _guess_element_type(value) if value else NUMBERS)
    return Shape(Attribute.Type.LIST, TEXT) if kind == Attribute.Type.TEXT else None


def _is_text(items: list[Any]) -> bool:
    return all(isinstance(item, str | int | float) for item in items)


def _guess_element_type(items: list[Any]) -> str:
    numbers = items and all(isinstance(item, int | float) and not isinstance(item, bool) for item in items)
    return NUMBERS if numbers else TEXT


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


def coerce_value(value: Any, type: str, element_type: str = Attribute.ElementType.TEXT) -> Any:  # noqa: A002
    """The value as this type; SDKs and tag managers send numbers as text, and text as numbers.

    Raises AttributeValueError where nothing sensible can be made of it.
    """
    kind = Attribute.Type(type)
    try:
        if kind == Attribute.Type.LIST:
            return _to_list(value, element_type)
        return COERCIONS[kind](value)
    except (TypeError, ValueError, OverflowError):
        wanted = WANTED_NUMBERS if kind == Attribute.Type.LIST and element_type == NUMBERS else WANTED[kind]
        raise AttributeValueError(f"needs {wanted}") from None


def is_same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: to Python True is 1 as well, to JSON it is not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(is_same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


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
        value = int(text) if text.lstrip("-").isdigit() else float(text)
        if Decimal(text) != Decimal(repr(value)):
            raise ValueError  # more digits than a number keeps
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


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _to_object(value: Any) -> dict[str, Any] | list[Any]:
    """As it was sent: rules read what is inside by its path, like `home.city` or `pets[].name`."""
    if isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        return value
    raise TypeError


def _to_list(value: Any, element_type: str) -> list[Any]:
    read = _to_number if element_type == NUMBERS else _to_text
    return [read(item) for item in (value if isinstance(value, list) else [value])]


def _read_instant(text: str) -> dt.datetime | None:
    """ISO 8601 as an instant in UTC; without an offset it is taken as UTC."""
    try:
        instant = dt.datetime.fromisoformat(text.strip())
        return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


COERCIONS: dict[Attribute.Type, Callable[[Any], Any]] = {
    Attribute.Type.TEXT: _to_text,
    Attribute.Type.NUMBER: _to_number,
    Attribute.Type.BOOLEAN: _to_boolean,
    Attribute.Type.TIME: _to_time,
    Attribute.Type.OBJECT: _to_object,
}
WANTED = {
    Attribute.Type.TEXT: "text",
    Attribute.Type.NUMBER: "a number, like 129.99",
    Attribute.Type.BOOLEAN: "true or false",
    Attribute.Type.TIME: "a date and time, like 2026-11-21T10:00:00Z",
    Attribute.Type.OBJECT: 'an object, like {"city": "Ulm"}, or a list of objects',
    Attribute.Type.LIST: 'a list of texts, like ["running", "hiking"]',
}
WANTED_NUMBERS = "a list of numbers, like [41, 42]"
