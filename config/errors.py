"""What stands in place of an answer that no view gave: pages for people, problem documents for programs."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views import defaults

from subscribers.api.problems import answer_plain_problem
from tracking.outages import OUTAGES, RETRY_SECONDS

API = "/api/"
BROWSER_DOOR = "/v1/"


def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(API):
        return answer_plain_problem(400, "The request cannot be read.", "bad_request")
    return defaults.bad_request(request, exception)


def show_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(API):
        sentence = "There is nothing at this address. /api/v1/docs/ lists all there are."
        return answer_plain_problem(404, sentence, "not_found")
    return defaults.page_not_found(request, exception)


def show_error(request: HttpRequest) -> HttpResponseBase:
    """For what nothing else caught. Without a database every door says so, whoever asked it first."""
    if isinstance(sys.exc_info()[1], OUTAGES):
        return _show_outage(request)
    if request.path.startswith(API):
        sentence = "Something went wrong on our side; it has been logged."
        return answer_plain_problem(500, sentence, "error")
    return defaults.server_error(request)


def _show_outage(request: HttpRequest) -> HttpResponseBase:
    sentence = "The database does not answer. Try again in a moment."
    if request.path.startswith(API):
        response: HttpResponse = answer_plain_problem(503, sentence, "unavailable")
    elif request.path.startswith(BROWSER_DOOR):
        response = JsonResponse({"error": sentence}, status=503)
    else:
        response = HttpResponse(f"<!doctype html><title>Carillon</title><p>{sentence}</p>", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
