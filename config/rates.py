"""How often everything but the browser door may be asked: strangers by their address, others by their key or log-in.

Who shows a key or a session is counted by that, before anybody looks whether it is good; each that is not counts as a
stranger's request, so that neither passwords nor keys can be tried out faster than pages can be asked for.
"""

import hashlib
import math
from collections.abc import Callable
from time import monotonic

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from access.addresses import read_network
from subscribers.api.problems import answer_plain_problem
from subscribers.buckets import Bucket, Limit, Verdict, take
from tracking.limits import address_limit, refusals, spare_log

API = "/api/"
# They count for themselves (tracking/limits.py), or cost next to nothing.
OWN_DOORS = ("/v1/", "/sdk/", "/static/", "/health/live")
KEEP_SECONDS = 300.0  # for which a key or session that was good is known as that of its user
MOST_KNOWN = 10_000

Answer = Callable[[HttpRequest], HttpResponse]


class _Known:
    """Keys and sessions that were good a moment ago, by digest: whose they are."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, float]] = {}

    def find(self, credential: str) -> str | None:
        name, until = self._names.get(credential, ("", 0.0))
        return name if monotonic() < until else None

    def note(self, credential: str, name: str) -> None:
        if len(self._names) >= MOST_KNOWN:
            self._names = {}
        self._names[credential] = (name, monotonic() + KEEP_SECONDS)

    def forget(self, credential: str) -> None:
        self._names.pop(credential, None)


known = _Known()


def limit_rates(get_response: Answer) -> Answer:
    """Middleware, before anything that asks the database who somebody is."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OWN_DOORS):
            return get_response(request)
        credential = _read_credential(request)
        return _answer_holder(request, credential) if credential else _answer_stranger(request)

    def _answer_stranger(request: HttpRequest) -> HttpResponse:
        refused = _take_as_stranger(request)
        return _refuse(request, refused) if refused else get_response(request)

    def _answer_holder(request: HttpRequest, credential: str) -> HttpResponse:
        name = known.find(credential)
        own = Bucket(
            f"holder:{name or credential}", Limit(settings.LIMIT_API_PER_SECOND, settings.LIMIT_API_BURST)
        )
        # Who is known need not mind what strangers at the same address do.
        verdict = take([own] if name else [own, _name_stranger(request)._replace(cost=0)])
        if verdict.refused_by is not None:
            return _tell_rates(_refuse(request, verdict.retry_after), request, own, verdict)
        response = get_response(request)
        if not hasattr(request, "user") and response.status_code != 401:
            pass  # nobody has looked: it was answered before, like an address without its last slash
        elif _was_good(request, response):
            user = _name_user(request) or credential
            known.note(credential, user)
            if user != (name or credential):  # from now on it is counted as theirs, this time included
                own = own._replace(name=f"holder:{user}")
                verdict = take([own])
        else:
            known.forget(credential)
            _take_as_stranger(request)
        return _tell_rates(response, request, own, verdict)

    return answer


def _take_as_stranger(request: HttpRequest) -> int:
    """After how many seconds they may come again; 0: they are taken in."""
    bucket = _name_stranger(request)
    refusal = refusals.find(bucket.name)
    if refusal is not None:
        return max(1, math.ceil(refusal.wait))
    verdict = take([bucket])
    if verdict.refused_by is None:
        return 0
    refusals.note(bucket.name, verdict.wait)
    return verdict.retry_after


def _name_stranger(request: HttpRequest) -> Bucket:
    return Bucket(f"pages:address:{read_network(request)}", address_limit())


def _read_credential(request: HttpRequest) -> str:
    """A digest of the key or session that is shown; empty: none is."""
    shown = request.headers.get("Authorization") if request.path.startswith(API) else None
    shown = shown or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(shown.encode(errors="replace")).hexdigest()[:32] if shown else ""


def _was_good(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code >= 500:
        return True  # it is not known, and no fault of theirs
    if response.status_code == 401:
        return False
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


def _name_user(request: HttpRequest) -> str:
    """All keys of an old kind and all log-ins of one user count together; a key of its own (no user's) by itself."""
    pk = getattr(getattr(request, "user", None), "pk", None)
    return f"user {pk}" if pk is not None else ""


def _refuse(request: HttpRequest, wait: int) -> HttpResponse:
    sentence = f"That is more than is taken at once. Try again in {wait} second{'s' if wait > 1 else ''}."
    response: HttpResponse
    if request.path.startswith(API):
        response = answer_plain_problem(429, sentence, "throttled")
    else:
        response = HttpResponse(f"<!doctype html><title>Carillon</title><p>{sentence}</p>", status=429)
    response["Retry-After"] = str(wait)
    spare_log(response)
    return response


def _tell_rates(response: HttpResponse, request: HttpRequest, own: Bucket, verdict: Verdict) -> HttpResponse:
    """What is left, for programs (the RateLimit headers of the IETF's drafts, as most clients read them)."""
    left = verdict.left.get(own.name)
    if left is not None and request.path.startswith(API):
        per_second, burst = own.limit
        response["RateLimit-Limit"] = str(burst)
        response["RateLimit-Remaining"] = str(left)
        response["RateLimit-Reset"] = str(math.ceil((burst - left) / per_second))
        response["RateLimit-Policy"] = f"{burst};w={math.ceil(burst / per_second)}"
    return response
