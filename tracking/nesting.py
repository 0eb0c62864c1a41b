"""What lies inside the objects and lists that come with events, by the names under which rules ask for it."""

from collections.abc import Iterator, Mapping
from typing import Any

EACH = "[]"


def list_paths(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every property with its value, and those inside objects and lists: `cart.total`, `items[].sku` (each as often as
    it is there). An object has no value of its own that a rule could compare."""
    for key, value in properties.items():
        yield from _walk(key, value)


def is_nested(path: str) -> bool:
    return "." in path or EACH in path


def _walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key and not is_nested(key):  # by such a key no path leads on
                yield from _walk(f"{path}.{key}", inner)
        return
    yield path, value
    if isinstance(value, list):
        for element in value:
            if isinstance(element, Mapping | list):
                yield from _walk(f"{path}{EACH}", element)
