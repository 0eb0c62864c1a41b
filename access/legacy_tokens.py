"""Until when tokens of persons, which were there before keys, still count; and every answer to one says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import http_date

# When keys came, and tokens were not to be used for anything new.
DEPRECATED_AT = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)


def tokens_have_ended(*, now: dt.datetime) -> bool:
    until: dt.datetime = settings.LEGACY_TOKENS_UNTIL
    return now >= until


def note_token(request: HttpRequest) -> None:
    """The request came with one; its answer is to say so."""
    request.has_legacy_token = True  # type: ignore[attr-defined]


def tell_of_sunset(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the headers Deprecation (RFC 9745) and Sunset (RFC 8594) on answers to tokens."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if getattr(request, "has_legacy_token", False):
            response["Deprecation"] = f"@{int(DEPRECATED_AT.timestamp())}"
            response["Sunset"] = http_date(settings.LEGACY_TOKENS_UNTIL.timestamp())
        return response

    return answer
