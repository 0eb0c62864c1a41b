"""No body that is larger than its address takes is read, or put on disk, whoever sends it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.files import find_limit_of_files, takes_files
from subscribers.api.problems import answer_plain_problem

API = "/api/"
# They read what they take, and no more, themselves, and say so in their own words.
BOUNDED = ("/v1/", "/api/v1/track/")

Answer = Callable[[HttpRequest], HttpResponse]


def limit_bodies(get_response: Answer) -> Answer:
    """Middleware, behind that which finds out who asks and before any that reads what they sent."""

    def answer(request: HttpRequest) -> HttpResponse:
        most = find_limit(request)
        length = _read_length(request)
        if length is None:
            return _refuse(request, 400, "Content-Length must be a whole number.")
        if length > most and not request.path.startswith(BOUNDED):
            return _refuse(request, 413, f"A request may have at most {most:,} bytes here.")
        return get_response(request)

    return answer


def find_limit(request: HttpRequest) -> int:
    """Files are taken where lists are made of them, and from those alone who are logged in."""
    length = _read_length(request) or 0
    if length > settings.REQUEST_MAX_BYTES and takes_files(request.path):
        user = getattr(request, "user", None)
        if user and user.is_authenticated:
            return find_limit_of_files()
    return int(settings.REQUEST_MAX_BYTES)


def _read_length(request: HttpRequest) -> int | None:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdecimal() else None


def _refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith(API):
        response = answer_plain_problem(status, sentence, "too_large" if status == 413 else "bad_request")
    else:
        response = HttpResponse(f"<!doctype html><title>Carillon</title><p>{sentence}</p>", status=status)
    return response
