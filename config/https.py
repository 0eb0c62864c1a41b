"""Whoever asks by plain http is sent to https, if the proxy in front says so.

One that says nothing of how it was asked is taken at its word: sending its visitors on would send them round in circles,
and what asks from this machine itself, like a health check, has no https to be sent to.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

Answer = Callable[[HttpRequest], HttpResponse]


class _SameMethodRedirect(HttpResponsePermanentRedirect):
    """Asks for the same again: what was posted is not turned into a question."""

    status_code = 308


def redirect_to_https(get_response: Answer) -> Answer:
    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.REDIRECT_TO_HTTPS or _read_scheme(request) != "http":
            return get_response(request)
        kind = HttpResponsePermanentRedirect if request.method in {"GET", "HEAD"} else _SameMethodRedirect
        return kind(f"https://{request.get_host()}{request.get_full_path()}")

    return answer


def _read_scheme(request: HttpRequest) -> str:
    """As the outermost proxy saw it."""
    said: str = request.headers.get("X-Forwarded-Proto", "")
    return said.split(",", maxsplit=1)[0].strip().lower()
