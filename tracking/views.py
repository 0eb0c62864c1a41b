"""The browser door: operations in, the push key out (design: authorised by public key and origin, no cookies)."""

import dataclasses
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from subscribers.models import Site
from subscribers.origins import read_origin
from tracking.ingestion import accept_request
from tracking.limits import (
    Asker,
    TooManyRequestsError,
    name_person,
    name_site,
    read_asker,
    spare_log,
    take_turn,
    take_turn_of_preflight,
    take_turn_of_stranger,
    turn_away_refused,
)
from tracking.origins import is_known_origin, list_origins
from tracking.outages import OUTAGES, report_outage
from tracking.reading import RequestError, read_json
from tracking.visitors import read_visitor

PREFLIGHT_SECONDS = 7200
CONTENT_TYPES = {
    "application/json",
    "text/plain",
}  # the latter is what sendBeacon may send without a preflight


@csrf_exempt
def track(request: HttpRequest) -> HttpResponse:
    """`POST /v1/track`: 202 once what was good is durable, 400 if nothing was."""
    return _answer(request, "POST")


@csrf_exempt
def show_config(request: HttpRequest) -> HttpResponse:
    """`GET /v1/config?site_key=`: what a page needs to subscribe to pushes."""
    return _answer(request, "GET")


def _answer(request: HttpRequest, method: str) -> HttpResponse:
    """Every answer, refusals too, can be read by the pages of our sites and by no others (CORS)."""
    asker = read_asker(request)
    known: Collection[str] | None = None
    try:
        response = _answer_method(request, method, asker)
    except TooManyRequestsError as error:
        response, known = _refuse(error), error.origins
        spare_log(response)
    except RequestError as error:
        response = _refuse(error)
    except OUTAGES as error:
        response = _refuse(report_outage(error))
    if response.status_code == 405:
        response["Allow"] = f"{method}, OPTIONS"
    return _allow_origin(response, asker.origin, method, known)


def _answer_method(request: HttpRequest, method: str, asker: Asker) -> HttpResponse:
    if request.method == "OPTIONS":
        take_turn_of_preflight(asker)
        return HttpResponse(status=204)
    turn_away_refused(asker)
    if request.method == method:
        return _track(request, asker) if method == "POST" else _show_config(request, asker)
    take_turn_of_stranger(asker)
    return JsonResponse({"error": f"This address answers {method} only."}, status=405)


def _refuse(error: RequestError) -> JsonResponse:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return JsonResponse({"error": str(error)}, status=error.status, headers=headers)


def _allow_origin(
    response: HttpResponse, origin: str, method: str, known: Collection[str] | None
) -> HttpResponse:
    """`known`: the pages that may read the answer, where it was told before the database was asked."""
    patch_vary_headers(response, ["Origin"])
    if origin in known if known is not None else is_known_origin(origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = f"{method}, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Expose-Headers"] = "Retry-After"
        response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def _track(request: HttpRequest, asker: Asker) -> JsonResponse:
    try:
        body = _read_body(request)
        named = name_site(body.get("site_key"))
        turn_away_refused(named, (named, name_person(body.get("subscriber"))))
        site = _find_site(request, body.get("site_key"))
    except TooManyRequestsError:
        raise
    except RequestError:
        take_turn_of_stranger(asker)
        raise
    take_turn(asker, site.pk, site.public_key, name_person(body.get("subscriber")))
    accepted = accept_request(site=site, body=body, visitor=read_visitor(request), now=timezone.now())
    answer = dataclasses.asdict(accepted)
    if not accepted.accepted:
        return JsonResponse({"error": "No operation could be accepted.", **answer}, status=400)
    return JsonResponse(answer, status=202)


def _read_body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type not in CONTENT_TYPES:
        raise RequestError("The Content-Type must be application/json or text/plain.", 415)
    body = read_json(request, max_bytes=settings.TRACK_MAX_BYTES)
    if not isinstance(body, dict):
        raise RequestError("The body must be an object with site_key, subscriber and operations.")
    return body


def _show_config(request: HttpRequest, asker: Asker) -> JsonResponse:
    try:
        turn_away_refused(name_site(request.GET.get("site_key")))
        site = _find_site(request, request.GET.get("site_key"))
    except TooManyRequestsError:
        raise
    except RequestError:
        take_turn_of_stranger(asker)
        raise
    take_turn(asker, site.pk, site.public_key)
    public_key = site.vapid_public_key
    if not public_key:
        return JsonResponse({"error": "This site takes no devices for now; try again later."}, status=503)
    return JsonResponse({"vapid_public_key": public_key})


def _find_site(request: HttpRequest, key: object) -> Site:
    """The site of this key, if this page may speak for it. Without an Origin it is no page, but a tool or a test."""
    usable = isinstance(key, str) and key.isascii() and key.isprintable()
    site = Site.objects.filter(public_key=key).first() if usable else None
    if site is None:
        raise RequestError("site_key must be the public key of a site.", 401)
    origin = request.headers.get("Origin")
    if origin is not None and read_origin(origin) not in list_origins(site):
        raise RequestError("This page's origin is not among those that the site allows.", 403)
    return site
