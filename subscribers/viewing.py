"""Who looks, in this request: what they may not see is masked wherever a person is shown, so that no page can forget it.

Set by a middleware (config/viewers.py). Nobody looks in workers and commands: they see all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, NamedTuple

MASK = "•••"


class Hidden(NamedTuple):
    """What of a site's people is not for their eyes: keys of attributes, fields of the profile, and by the name of their
    event, properties (or what is inside them: `cart.total`, `items[].sku`)."""

    attributes: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    properties: Mapping[str, frozenset[str]] = MappingProxyType({})

    def hides_property(self, event: str, path: str) -> bool:
        """Also what is inside a hidden one, and what a hidden one is inside of."""
        return any(_overlap(path, hidden) for hidden in self.properties.get(event, ()))


NOTHING = Hidden()
_find_hidden: ContextVar[Callable[[int], Hidden] | None] = ContextVar("find_hidden", default=None)


@contextmanager
def look_with(find: Callable[[int], Hidden]) -> Iterator[None]:
    """Within it, `find` tells what of a site (its id) is hidden."""
    token = _find_hidden.set(find)
    try:
        yield
    finally:
        _find_hidden.reset(token)


@contextmanager
def see_all() -> Iterator[None]:
    """For what is worked out or sent rather than shown."""
    token = _find_hidden.set(None)
    try:
        yield
    finally:
        _find_hidden.reset(token)


def find_hidden(site_id: int) -> Hidden:
    find = _find_hidden.get()
    return NOTHING if find is None else find(site_id)


def mask_attributes(values: dict[str, Any], site_id: int) -> dict[str, Any]:
    """A copy to show: that there is a value is not hidden, what it is is."""
    hidden = find_hidden(site_id).attributes
    return {key: MASK if key in hidden else value for key, value in values.items()} if hidden else values


def mask_properties(event: str, properties: dict[str, Any], site_id: int) -> dict[str, Any]:
    """A copy to show of what came with an event."""
    hidden = find_hidden(site_id).properties.get(event)
    if not hidden:
        return properties
    return {key: _mask_inside(value, key, hidden) for key, value in properties.items()}


def _mask_inside(value: Any, path: str, hidden: frozenset[str]) -> Any:
    if path in hidden:
        return MASK
    if isinstance(value, dict):
        return {key: _mask_inside(inner, f"{path}.{key}", hidden) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mask_inside(inner, f"{path}[]", hidden) for inner in value]
    return value


def _overlap(one: str, other: str) -> bool:
    outer, inner = sorted((one, other), key=len)
    return outer == inner or inner.startswith((f"{outer}.", f"{outer}["))


def mask_field(name: str, value: Any, site_id: int) -> Any:
    """A field of the profile to show. What is empty stays so."""
    return MASK if value not in ("", None) and name in find_hidden(site_id).fields else value
