"""Which JSON values a client may hand us, so that PostgreSQL's jsonb and our rules can work with them."""

from collections.abc import Mapping
from typing import Any

LONGEST_KEY = 100
LONGEST_TEXT = 2000
LONGEST_LIST = 100
MOST_KEYS = 100
DEEPEST = 5
LARGEST_NUMBER = 2**63


class JsonValueError(ValueError):
    """The message says where the value is and what would be right there."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


def check_text(text: str, path: str) -> None:
    """PostgreSQL stores no NUL, and half a surrogate pair is no UTF-8."""
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise JsonValueError(path, "text may hold neither NUL characters nor halves of surrogate pairs")


def check_object(value: Mapping[str, Any], path: str = "", *, depth: int = 0) -> None:
    """Refuse objects with too many keys, and whatever check_value refuses inside."""
    if len(value) > MOST_KEYS:
        raise JsonValueError(path, f"may have at most {MOST_KEYS} keys")
    for key, item in value.items():
        check_text(key, path)
        if not 0 < len(key) <= LONGEST_KEY:
            raise JsonValueError(path, f"a key must have 1 to {LONGEST_KEY} characters")
        check_value(item, f"{path}.{key}" if path else key, depth=depth + 1)


def check_value(value: Any, path: str, *, depth: int = 0) -> None:
    """Refuse what is too long, too large or too deep."""
    if depth > DEEPEST:
        raise JsonValueError(path, f"may be nested at most {DEEPEST} levels deep")
    if isinstance(value, str):
        check_text(value, path)
        if len(value) > LONGEST_TEXT:
            raise JsonValueError(path, f"text may have at most {LONGEST_TEXT} characters")
    elif isinstance(value, int | float):
        if abs(value) >= LARGEST_NUMBER:
            raise JsonValueError(path, "a number must lie between -2^63 and 2^63")
    elif isinstance(value, list):
        if len(value) > LONGEST_LIST:
            raise JsonValueError(path, f"a list may have at most {LONGEST_LIST} items")
        for position, item in enumerate(value):
            check_value(item, f"{path}[{position}]", depth=depth + 1)
    elif isinstance(value, dict):
        check_object(value, path, depth=depth)


def check_attribute(value: Any, path: str) -> None:
    """An attribute is a scalar, an object, a list of either, or null (which removes it)."""
    check_value(value, path)
    if isinstance(value, list) and any(item is None or isinstance(item, list) for item in value):
        raise JsonValueError(path, "must be text, a number, true or false, an object, or a list of those")
