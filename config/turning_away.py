"""What is refused before the application is asked: said with the same headers that the application's answers have."""

from io import BytesIO
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from config.headers import protect
from config.utf8 import UTF8Request


def turn_away(environ: dict[str, Any], status: int, sentence: str) -> HttpResponse:
    """`environ` as PEP 3333 has it. Nothing of a body is read, and the connection ends."""

    def say(request: HttpRequest) -> HttpResponse:
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")

    secured: Any = SecurityMiddleware(XFrameOptionsMiddleware(say))
    answer = protect(secured)
    unread = {**environ, "wsgi.input": BytesIO()}
    response = cast("HttpResponse", answer(UTF8Request(unread)))
    response.headers["Connection"] = "close"
    return response
