"""What stands in place of an answer that no view gave: pages for people, problem documents for programs."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views import defaults

from subscribers.api.problems import answer_plain_problem

API = "/api/"


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
    if request.path.startswith(API):
        sentence = "Something went wrong on our side; it has been logged."
        return answer_plain_problem(500, sentence, "error")
    return defaults.server_error(request)
