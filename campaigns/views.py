"""The feedback door: service workers post here, from any site, with a signed token and no cookies."""

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from campaigns.feedback import FeedbackError, record_feedback

_MAX_BYTES = 4096
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


@csrf_exempt
def receive_feedback(request: HttpRequest) -> HttpResponse:
    """`POST /v1/feedback`: 204, or 400 with a sentence that says what would be right."""
    response = _answer(request)
    for header, value in _CORS.items():
        response[header] = value
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method != "POST":
        response = _refuse("Feedback is posted.", status=405)
        response["Allow"] = "POST, OPTIONS"
        return response
    body = request.read(_MAX_BYTES + 1)
    if len(body) > _MAX_BYTES:
        return _refuse(f"Feedback takes at most {_MAX_BYTES:,} bytes.", status=413)
    try:
        token, kind, action, at = _read_fields(body)
        record_feedback(token, kind, action=action, at=at, now=timezone.now())
    except FeedbackError as error:
        return _refuse(str(error), status=400)
    return HttpResponse(status=204)


def _read_fields(body: bytes) -> tuple[str, str, str, dt.datetime | None]:
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FeedbackError("Feedback is a JSON object in UTF-8.") from error
    if not isinstance(fields, dict):
        raise FeedbackError('Feedback is a JSON object with "token" and "kind".')
    token, kind, action = (fields.get(name, "") for name in ("token", "kind", "action"))
    if not isinstance(token, str) or not isinstance(kind, str):
        raise FeedbackError('"token" and "kind" are texts.')
    return token, kind, action if isinstance(action, str) else "", _read_time(fields.get("at"))


def _read_time(value: object) -> dt.datetime | None:
    """The device's time; one that cannot be read counts as none, since it is the least important part."""
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=dt.UTC) if at and at.tzinfo is None else at


def _refuse(sentence: str, *, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
