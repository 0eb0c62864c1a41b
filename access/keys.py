"""Keys of programs: made, found by what is shown, revoked.

A key is `ck_` and 43 characters: 256 bits by the operating system's generator. What is kept is their SHA-256. A slow hash
guards what people choose, since that can be guessed; nobody guesses 256 bits, however quick each try is, and a slow one
would cost every request some tens of milliseconds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from access.models import ApiKey
from access.scopes import list_permissions
from access.scoping import find_site_id

PREFIX = "ck_"
SHOWN = len(PREFIX) + 8  # what is kept of a key, to tell it from others: 48 of 256 bits
SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}\Z", re.ASCII)
USE_IS_NOTED_EVERY = dt.timedelta(minutes=1)


class KeyHolder:
    """Who a request with a key is: it may what the key's scopes allow, on the key's site, and is no person."""

    pk = None
    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self._permissions = list_permissions(key.scopes)

    def __str__(self) -> str:
        return str(self.key)

    def find_sites(self, permission: str) -> frozenset[int]:
        return frozenset({self.key.site_id} if permission in self._permissions else ())

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        sites = self.find_sites(perm)
        return bool(sites) if obj is None else find_site_id(obj) in sites

    def has_perms(self, perm_list: Iterable[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return any(permission.startswith(f"{app_label}.") for permission in self._permissions)


def make_key(**values: Any) -> tuple[ApiKey, str]:
    """A new key, and what its program is to show. That is nowhere kept: it can be told now, and never again."""
    key = ApiKey(**values)
    secret = set_secret(key)
    key.full_clean()
    key.save()
    return key, secret


def set_secret(key: ApiKey) -> str:
    """Give a key that is not saved yet what it is shown as."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key.prefix, key.digest = secret[:SHOWN], _digest(secret)
    return secret


def find_key(secret: str, *, now: dt.datetime) -> ApiKey | None:
    """The key that is shown as this, with its site, if it counts now: one question to the database, and it is noted as used."""
    if not SHAPE.match(secret):
        return None
    key = ApiKey.objects.select_related("site").filter(digest=_digest(secret), revoked_at=None).first()
    if key is None or (key.expires_at is not None and key.expires_at <= now):
        return None
    if key.last_used_at is None or now - key.last_used_at >= USE_IS_NOTED_EVERY:
        _note_use(key, now)
    return key


def revoke_key(key: ApiKey, *, now: dt.datetime) -> bool:
    """From the next request on it counts no more, and never again. False: it was revoked before."""
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now))


def _note_use(key: ApiKey, now: dt.datetime) -> None:
    """At most once a minute; of several requests at once the first writes."""
    due = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_IS_NOTED_EVERY)
    ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=now)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()
