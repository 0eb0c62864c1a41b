"""Who did what: one function that writes it down. Doors call it, in the transaction of what they change.

Of people it keeps an opaque id and names of fields, never a value, so that erasing somebody rewrites nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.http import HttpRequest
from rest_framework.request import Request

from access.addresses import read_valid_address
from access.keys import KeyHolder
from access.models import AuditEntry
from access.row_values import hide, is_kept, is_named, read_values
from access.scoping import find_site_id

LONGEST_NAME = 200


@dataclass(frozen=True)
class Actor:
    """Who does it, and by which door."""

    kind: str
    door: str
    id: int | None = None
    name: str = ""
    address: str | None = None


@dataclass(frozen=True)
class Target:
    """What it is done to. Of people: no name, and an id that tells nothing."""

    type: str
    id: str = ""
    name: str = ""
    site_id: int | None = None


@dataclass(frozen=True)
class Change:
    """Which fields changed, or were read; of what may be kept, the values."""

    fields: Iterable[str] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(
    who: HttpRequest | Request | Actor,
    action: str,
    target: models.Model | type[models.Model] | Target | None = None,
    *,
    site_id: int | None = None,
    change: Change | None = None,
    **details: Any,
) -> AuditEntry:
    """Write an entry. `details` is what else says what was done, like `filter` and `count` of a list; no values of people."""
    actor = who if isinstance(who, Actor) else find_actor(who)
    what = target if isinstance(target, Target) else describe_target(target)
    changed = change or Change()
    entry = AuditEntry.objects.create(
        actor=actor.kind,
        actor_id=actor.id,
        actor_name=_clean(actor.name[:LONGEST_NAME]),
        address=actor.address,
        door=actor.door,
        action=action,
        target_type=what.type,
        target_id=_clean(what.id[:100]),
        target_name=_clean(what.name[:LONGEST_NAME]),
        site_id=what.site_id if site_id is None else site_id,
        fields=sorted({_clean(field[:LONGEST_NAME]) for field in changed.fields}),
        before=_clean(changed.before),
        after=_clean(changed.after),
        details=_clean(details),
    )
    if not isinstance(who, Actor):
        _find_http(who).audit_entries = count_entries(who) + 1  # type: ignore[attr-defined]
    return entry


def _clean(value: Any) -> Any:
    """What a stranger sent may hold what PostgreSQL cannot: NUL, and halves of characters."""
    if isinstance(value, str):
        return re.sub("[\\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


def record_change(
    who: HttpRequest | Request | Actor,
    action: str,
    row: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    deleted: bool = False,
    **details: Any,
) -> AuditEntry:
    """Write what became of a row, given `read_values` of it from before. Of rows whose values are not kept: names of fields."""
    return record(who, action, row, change=_compare(row, before or {}, deleted=deleted), **details)


def _compare(row: models.Model, old: Mapping[str, Any], *, deleted: bool) -> Change:
    new = {} if deleted else read_values(row)
    names = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    if not is_kept(row):
        return Change(names)
    before = {name: hide(name, old[name]) for name in names if name in old}
    after = {name: hide(name, new[name]) for name in names if name in new}
    return Change(names, before or None, after or None)


def count_entries(who: HttpRequest | Request) -> int:
    """How many entries this request has left so far."""
    found: int = getattr(_find_http(who), "audit_entries", 0)
    return found


def forget_count(who: HttpRequest | Request) -> None:
    """What it wrote was rolled back with what it did."""
    _find_http(who).audit_entries = 0  # type: ignore[attr-defined]


def tell(who: HttpRequest | Request, **details: Any) -> None:
    """What the entry about this request is to say besides, like how many a preview counted; no values of people."""
    http = _find_http(who)
    http.audit_details = {**getattr(http, "audit_details", {}), **details}  # type: ignore[attr-defined]


def tell_shown(who: HttpRequest | Request, *, count: int | None, **asked: Any) -> None:
    """Of a list or a preview of people: how many it showed or counted, and what was asked for beside the address.

    Of a rule, its sentence without values (segments.definitions.say_shape); of people, opaque ids.
    """
    tell(who, count=count, filter={name: value for name, value in asked.items() if value not in (None, "")})


def find_actor(request: HttpRequest | Request) -> Actor:
    http, user = _find_http(request), getattr(request, "user", None)
    door = AuditEntry.Door.API if http.path.startswith("/api/") else AuditEntry.Door.ADMIN
    address = read_valid_address(http)
    if isinstance(user, KeyHolder):
        return Actor(AuditEntry.Actor.KEY, door, user.key.pk, str(user.key), address)
    if isinstance(user, AbstractBaseUser):
        return Actor(AuditEntry.Actor.PERSON, door, user.pk, user.get_username(), address)
    return Actor(AuditEntry.Actor.NOBODY, door, address=address)


def describe_target(row: models.Model | type[models.Model] | None) -> Target:
    """A row, or a table of which something was read."""
    if row is None:
        return Target("")
    if isinstance(row, type):
        return Target(row._meta.label_lower)
    label = row._meta.label_lower
    try:
        site_id = find_site_id(row)
    except LookupError:
        site_id = None
    person = row if hasattr(row, "opaque_id") else getattr(row, "subscriber", None)
    if person is not None:
        return Target(label, str(person.opaque_id), site_id=site_id)
    return Target(label, str(row.pk), str(row) if is_named(row) else "", site_id)


def _find_http(request: HttpRequest | Request) -> HttpRequest:
    return request._request if isinstance(request, Request) else request
