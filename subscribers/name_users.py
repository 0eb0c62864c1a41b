"""Who names events and attributes in rules: apps above, which know us. We only know what they offer (settings.NAME_USERS)."""

import datetime as dt
from typing import NamedTuple, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from subscribers.models import Site


class Used(NamedTuple):
    """Names in rules."""

    events: frozenset[str]
    attributes: frozenset[str]


class NameUser(Protocol):
    """What each of them offers. A name is that of an event, or of an attribute if `of_attribute`."""

    def list_used(self, site: Site) -> Used: ...

    def list_usages(self, site: Site, name: str, *, of_attribute: bool = False) -> list[str]: ...

    def rename(
        self, site: Site, old: str, new: str, *, now: dt.datetime, of_attribute: bool = False
    ) -> None: ...


class _Module:
    def __init__(self, path: str) -> None:
        for name in ("list_used", "list_usages", "rename"):
            setattr(self, name, import_string(f"{path}.{name}"))


def read_used(site: Site) -> Used:
    found = [user.list_used(site) for user in list_users()]
    return Used(
        frozenset[str]().union(*(each.events for each in found)),
        frozenset[str]().union(*(each.attributes for each in found)),
    )


def list_usages(site: Site, name: str, *, of_attribute: bool = False) -> list[str]:
    """What names it, in words: “the segment “Buyers””."""
    return [
        usage for user in list_users() for usage in user.list_usages(site, name, of_attribute=of_attribute)
    ]


def list_users() -> list[NameUser]:
    return [cast(NameUser, _Module(path)) for path in settings.NAME_USERS]
