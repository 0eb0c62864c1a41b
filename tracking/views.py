"""The browser door: operations in, the push key out (design: authorised by public key and origin, no cookies)."""

import dataclasses

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from subscribers.models import Site
from subscribers.origins import read_origin
from tracking.ingestion import accept_request
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
    if request.method == "OPTIONS":
        response: HttpResponse = HttpResponse(status=204)
    elif request.method != method:
        response = JsonResponse({"error": f"This address answers {method} only."}, status=405)
    else:
        try:
            response = _track(request) if method == "POST" else _show_config(request)
        except RequestError as error:
            response = _refuse(error)
        except OUTAGES as error:
            response = _refuse(report_outage(error))
    if response.status_code == 405:
        response["Allow"] = f"{method}, OPTIONS"
    return _allow_origin(response, request.headers.get("Origin", ""), method)


def _refuse(error: RequestError) -> JsonResponse:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return JsonResponse({"error": str(error)}, status=error.status, headers=headers)


def _allow_origin(response: HttpResponse, origin: str, method: str) -> HttpResponse:
    patch_vary_headers(response, ["Origin"])
    if is_known_origin(origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = f"{method}, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def _track(request: HttpRequest) -> JsonResponse:
    if request.content_type not in CONTENT_TYPES:
        raise RequestError("The Content-Type must be application/json or text/plain.", 415)
    body = read_json(request, max_bytes=settings.TRACK_MAX_BYTES)
    if not isinstance(body, dict):
        raise RequestError("The body must be an object with site_key, subscriber and operations.")
    site = _find_site(request, body.get("site_key"))
    accepted = accept_request(site=site, body=body, visitor=read_visitor(request), now=timezone.now())
    answer = dataclasses.asdict(accepted)
    if not accepted.accepted:
        return JsonResponse({"error": "No operation could be accepted.", **answer}, status=400)
    return JsonResponse(answer, status=202)


def _show_config(request: HttpRequest) -> JsonResponse:
    site = _find_site(request, request.GET.get("site_key"))
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
