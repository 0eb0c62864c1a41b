"""Browsers that somebody has logged in with: what is tried in them is not held up by what others try elsewhere."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "carillon_browser"
_SALT = "signin.browser"
_YEAR = 365 * 24 * 3600


def find_browser(request: HttpRequest, account: str) -> str:
    """What stands for this browser in counts of that account's failures; empty: nobody has logged in to it here."""
    return str(_read(request).get(account, ""))


def remember_browser(request: HttpRequest, response: HttpResponse, accounts: list[str]) -> None:
    kept = {account: secrets.token_urlsafe(12) for account in accounts} | _read(request)
    newest = {account: kept[account] for account in [*kept, *accounts][-6:]}
    value = signing.dumps(json.dumps(newest), salt=_SALT, compress=True)
    response.set_cookie(
        COOKIE, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(
            signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_YEAR)
        )
    except (signing.BadSignature, ValueError):
        return {}
    return kept
