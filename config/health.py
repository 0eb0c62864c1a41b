"""Health for operators and orchestrators: is this process alive, and can it do its work?"""

from collections.abc import Callable

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

from tracking.models import InboxItem


def show_liveness(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def show_readiness(request: HttpRequest) -> JsonResponse:
    """200 when everything this process needs answers, else 503; each part says what is wrong with it."""
    parts = {"database": _check(_ask_database), "broker": _check(_ask_broker)}
    healthy = all(part["status"] == "ok" for part in parts.values())
    body = {"status": "ok" if healthy else "failing", "parts": parts}
    return JsonResponse(body, status=200 if healthy else 503)


def _check(ask: Callable[[], str]) -> dict[str, str]:
    try:
        return {"status": "ok", "detail": ask()}
    except (DatabaseError, RedisError, OSError) as error:
        return {"status": "failing", "detail": f"{type(error).__name__}: see this process's log"}


def _ask_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    failed = InboxItem.objects.exclude(failed_at=None).count()
    waiting = InboxItem.objects.filter(failed_at=None).count()
    return f"{waiting} requests wait in the inbox, {failed} were set aside"


def _ask_broker() -> str:
    cache.set("health", "ok", timeout=5)
    return "answers"
