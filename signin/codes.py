"""Codes of authenticator apps are right for a minute or more, and good once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from django.utils.crypto import salted_hmac

from signin.models import UsedCode

# Longer than any code is right.
_KEPT = dt.timedelta(minutes=10)


def use_once(user: Any, code: str, *, now: dt.datetime) -> bool:
    """Whether this is the first time; of two at once, one is told so."""
    UsedCode.objects.filter(used_at__lt=now - _KEPT).delete()
    name = salted_hmac("signin.code", normalize_user_code(code), algorithm="sha256").hexdigest()
    _, is_first = UsedCode.objects.get_or_create(user=user, code=name, defaults={"used_at": now})
    return is_first
