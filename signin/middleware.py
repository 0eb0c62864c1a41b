"""What is looked at on every page of somebody who is logged in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from signin.second_factor import must_set_up
from signin.sessions import note_activity

_SAID = "Set up a second factor first: an authenticator app or a passkey."
# What somebody without a second factor may still do: set one up, say who they are again, change their password, go.
_ALLOWED = ("mfa_index", "account_reauthenticate", "account_request_reauthentication_code", "account_logout")
_DOORS = ("/admin/", "/api/")
_GetResponse = Callable[[HttpRequest], HttpResponse]


def keep_session(get_response: _GetResponse) -> _GetResponse:
    """What somebody does keeps their session; what a page asks for by itself, while nobody may be there, does not.

    Who is not staff any more has none, at any door.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not _is_for_staff(request):
            return get_response(request)
        if request.user.is_authenticated and not request.user.is_staff:
            logout(request)  # they were staff when they logged in
        by_itself = request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"
        if request.user.is_authenticated and not by_itself:
            note_activity(request.session, now=timezone.now())
        return get_response(request)

    return answer


def require_second_factor(get_response: _GetResponse) -> _GetResponse:
    """With STAFF_MFA_REQUIRED, nothing else is open to somebody who has none yet."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not _is_for_staff(request) or not must_set_up(request.user) or _is_allowed(request.path):
            return get_response(request)
        if request.method == "GET" and "text/html" in request.headers.get("Accept", "text/html"):
            return redirect("mfa_index")
        return HttpResponse(_SAID, status=403, content_type="text/plain; charset=utf-8")

    return answer


def _is_for_staff(request: HttpRequest) -> bool:
    """The doors of browsers and shops know no sessions: they are not asked for one."""
    return request.path.startswith(_DOORS) and settings.SESSION_COOKIE_NAME in request.COOKIES


def _is_allowed(path: str) -> bool:
    return any(path.startswith(reverse(name)) for name in _ALLOWED) or path == reverse(
        "account_change_password"
    )
