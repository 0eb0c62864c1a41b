"""The feedback door: service workers post here, from any site, with a signed token and no cookies."""

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from campaigns.feedback import FeedbackError, find_asked, record_feedback
from tracking.limits import (
    Asker,
    TooManyRequestsError,
    read_asker,
    spare_log,
    take_turn,
    take_turn_of_preflight,
    take_turn_of_stranger,
    turn_away_refused,
)

_MAX_BYTES = 4096
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": "86400",
}


@csrf_exempt
def receive_feedback(request: HttpRequest) -> HttpResponse:
    """`POST /v1/feedback`: 204, or 400 with a sentence that says what would be right."""
    try:
        response = _answer(request)
    except TooManyRequestsError as error:
        response = _refuse(str(error), status=error.status)
        response["Retry-After"] = str(error.retry_after)
        spare_log(response)
    for header, value in _CORS.items():
        response[header] = value
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    asker = read_asker(request)
    if request.method == "OPTIONS":
        take_turn_of_preflight(asker)
        return HttpResponse(status=204)
    turn_away_refused(asker)
    if request.method == "POST":
        try:
            return _take_feedback(request, asker)
        except FeedbackError as error:
            return _refuse(str(error), status=400)
    take_turn_of_stranger(asker)
    response = _refuse("Feedback is posted.", status=405)
    response["Allow"] = "POST, OPTIONS"
    return response


def _take_feedback(request: HttpRequest, asker: Asker) -> HttpResponse:
    body = request.read(_MAX_BYTES + 1)
    try:
        if len(body) > _MAX_BYTES:
            return _refuse(f"Feedback takes at most {_MAX_BYTES:,} bytes.", status=413)
        token, kind, action, at = _read_fields(body)
        site_id, person = find_asked(token)
    except FeedbackError:
        take_turn_of_stranger(asker)
        raise
    take_turn(asker, site_id, f"site {site_id}", str(person))
    record_feedback(token, kind, action=action, at=at, now=timezone.now())
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
