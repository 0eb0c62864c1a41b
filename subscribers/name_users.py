"""Who names events and attributes in rules: apps above, which know us. We only know what they offer (settings.NAME_USERS)."""

import datetime as dt
from typing import NamedTuple, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from subscribers.models import Site


class Used(NamedTuple):
    """Names in rules. Properties are named with their event."""

    events: frozenset[str]
    attributes: frozenset[str]
    properties: frozenset[tuple[str, str]] = frozenset()


class Name(NamedTuple):
    """What is named: an attribute, an event, or a property `of` an event. A path leads into it: `cart.total`."""

    text: str
    of_attribute: bool = False
    of: str = ""


class Usage(NamedTuple):
    """What names it: in words, “the segment “Buyers””, and the row, by its model's label and its key."""

    text: str
    model: str
    pk: int

    def __str__(self) -> str:
        return self.text


class NameUser(Protocol):
    """What each of them offers. `rename` raises NameUseError where it cannot be done, and says where."""

    def list_used(self, site: Site) -> Used: ...

    def list_usages(self, site: Site, name: Name) -> list[Usage]: ...

    def rename(self, site: Site, old: Name, new: str, *, now: dt.datetime) -> None: ...


class NameUseError(ValueError):
    """What names it cannot be changed to the other name; the message says which, and what to do."""


class _Module:
    def __init__(self, path: str) -> None:
        for name in ("list_used", "list_usages", "rename"):
            setattr(self, name, import_string(f"{path}.{name}"))


def read_used(site: Site) -> Used:
    found = [user.list_used(site) for user in list_users()]
    return Used(
        frozenset[str]().union(*(each.events for each in found)),
        frozenset[str]().union(*(each.attributes for each in found)),
        frozenset[tuple[str, str]]().union(*(each.properties for each in found)),
    )


def list_usages(site: Site, name: Name) -> list[Usage]:
    return [usage for user in list_users() for usage in user.list_usages(site, name)]


def rename_everywhere(site: Site, old: Name, new: str, *, now: dt.datetime) -> None:
    """In the caller's transaction. Raises NameUseError."""
    for user in list_users():
        user.rename(site, old, new, now=now)


def list_users() -> list[NameUser]:
    return [cast(NameUser, _Module(path)) for path in settings.NAME_USERS]
