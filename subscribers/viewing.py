"""Who looks, in this request: what they may not see is masked wherever a person is shown, so that no page can forget it.

Set by a middleware (config/viewers.py). Nobody looks in workers and commands: they see all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

MASK = "•••"


class Hidden(NamedTuple):
    """What of a site's people is not for their eyes: keys of attributes, and fields of the profile."""

    attributes: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


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


def mask_field(name: str, value: Any, site_id: int) -> Any:
    """A field of the profile to show. What is empty stays so."""
    return MASK if value not in ("", None) and name in find_hidden(site_id).fields else value
