"""What is said to those who try too often, and to those whose second factor cannot be read."""

from __future__ import annotations

import datetime as dt
import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

_BUSY_SECONDS = 60


def show_locked(request: HttpRequest, until: dt.datetime) -> HttpResponse:
    """The same for accounts that exist and for others."""
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    return _refuse(request, seconds)


def show_too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refuse(request, _BUSY_SECONDS)


def show_unreadable(request: HttpRequest) -> HttpResponse:
    """The key that sealed somebody's second factor is gone: neither they nor we can do anything about it here."""
    return render(request, "signin/unreadable.html", status=503)


def _refuse(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {"minutes": math.ceil(seconds / 60)}
    response = render(request, "signin/locked.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
