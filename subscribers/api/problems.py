"""Every error of the management API in one shape: application/problem+json (RFC 9457)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError
from django.http import JsonResponse
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from subscribers.api.errors import Conflict, TooLarge

MEDIA_TYPE = "application/problem+json"
WITHOUT_BODY = {"GET", "HEAD", "OPTIONS", "DELETE"}
MOST_LISTED = 100


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong, and where: in the body (`pointer`) or in the address (`parameter`)."""

    detail = serializers.CharField(help_text="What is wrong, and what would be right")
    code = serializers.CharField(help_text="The same for programs, like required or invalid")
    pointer = serializers.CharField(
        required=False, help_text="JSON pointer into the body, like #/variants/0/title"
    )
    parameter = serializers.CharField(required=False, help_text="Name of the query parameter")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error. `detail` is a sentence for people; `errors` lists each place where the request is wrong."""

    type = serializers.CharField(help_text="about:blank: `title` and `status` say which kind it is")
    title = serializers.CharField(help_text="The status in words")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="The kind for programs, like invalid or conflict")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]


def answer_problem(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The exception handler of the management API; None for what is a fault of ours."""
    response = exception_handler(_find_refusal(exc), dict(context))
    if response is None:
        return None
    request = context.get("request")
    if request is not None:  # whatever the view writes else, like YAML
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    in_body = getattr(request, "method", "GET") not in WITHOUT_BODY
    response.data = write_problem(response.status_code, response.data, in_body=in_body)
    response.content_type = MEDIA_TYPE
    return response


def _find_refusal(exc: Exception) -> Exception:
    """What Django and the database raise for what a request, or two at once, can bring about."""
    if isinstance(exc, RequestDataTooBig):
        return TooLarge("The body is too large; send less at once.")
    if isinstance(exc, IntegrityError) and isinstance(exc.__cause__, UniqueViolation):
        return Conflict(
            "Another request has just written the same. Read it, and repeat yours if it is still right."
        )
    if isinstance(exc, IntegrityError) and isinstance(exc.__cause__, ForeignKeyViolation):
        return Conflict("Something that this refers to has just been deleted. Read it again.")
    return exc


def write_problem(status: int, found: Any, *, in_body: bool = True) -> dict[str, Any]:
    """A problem document from what DRF raised: a sentence, or sentences by field at any depth."""
    problem: dict[str, Any] = {"type": "about:blank", "title": _name_status(status), "status": status}
    if isinstance(found, Mapping) and set(found) == {"detail"} and isinstance(found["detail"], ErrorDetail):
        return {**problem, "detail": str(found["detail"]), "code": found["detail"].code}
    listed = list(_list_errors(found, ()))
    errors = [_write_error(place, sentence, in_body=in_body) for place, sentence in listed[:MOST_LISTED]]
    return {**problem, "detail": _sum_up(listed), "code": "invalid", "errors": errors}


def answer_plain_problem(status: int, detail: str, code: str) -> JsonResponse:
    """The same shape for what never reaches a view: unknown addresses, failures of ours."""
    problem = {"type": "about:blank", "title": _name_status(status), "status": status}
    return JsonResponse({**problem, "detail": detail, "code": code}, status=status, content_type=MEDIA_TYPE)


def _list_errors(found: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(found, Mapping):
        for key, inner in found.items():
            own = key in {api_settings.NON_FIELD_ERRORS_KEY, "__all__"}
            yield from _list_errors(inner, place if own else (*place, str(key)))
    elif isinstance(found, list | tuple):
        for index, inner in enumerate(found):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from _list_errors(inner, (*place, str(index)) if nested else place)
    else:
        yield place, found


def _write_error(place: tuple[str, ...], sentence: Any, *, in_body: bool) -> dict[str, str]:
    error = {"detail": str(sentence), "code": str(getattr(sentence, "code", None) or "invalid")}
    if in_body:
        error["pointer"] = "#" + "".join(f"/{_escape(part)}" for part in place)
    elif place:
        error["parameter"] = place[0]
    return error


def _escape(part: str) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


def _sum_up(listed: list[tuple[tuple[str, ...], Any]]) -> str:
    if not listed:
        return "The request is not valid."
    place, sentence = listed[0]
    first = f"{'.'.join(place)}: {sentence}" if place else str(sentence)
    more = len(listed) - 1
    return first if not more else f"{first} ({more} more in errors.)"


def _name_status(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
