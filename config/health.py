"""Health for operators and orchestrators: is this process alive, can it do its work, and does the work keep up?"""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils.crypto import constant_time_compare
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config.dashboard import OPERATES
from config.pressure import Pressure, read_pressure
from config.upkeep import read_upkeep
from subscribers.clocks import read_database_clock

Part = dict[str, Any]


class _UnusableError(Exception):
    """Something answers, but is of no use; the message says why."""


NO_LIMITS = (
    "the broker does not count requests: until it answers, no limits of rates hold, and all doors are open"
)
_PATIENCE = 1.0  # seconds: longer than a visitor should wait, for a busy broker is none that is down
_ONCE = Retry(NoBackoff(), 0)


def show_liveness(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def show_readiness(request: HttpRequest) -> JsonResponse:
    """200 when everything this process needs answers, else 503; whoever may see it is told what is wrong with each part.

    A stage that falls behind is “slow”: still 200, since it is no reason to send visitors elsewhere.
    """
    parts = {"database": _check(_ask_database), "broker": _check(_ask_broker)}
    if parts["broker"]["status"] != "ok":
        parts["limits"] = {"status": "slow", "detail": NO_LIMITS}
    if parts["database"]["status"] == "ok":
        parts |= _check_stages()
    found = {part["status"] for part in parts.values()}
    status = next((each for each in ("failing", "slow") if each in found), "ok")
    code = 503 if status == "failing" else 200
    if _is_on_this_machine(request) or _knows_token(request) or _operates(request):
        return JsonResponse({"status": status, "parts": parts}, status=code)
    return JsonResponse({"status": "failing" if code == 503 else "ok"}, status=code)


def _is_on_this_machine(request: HttpRequest) -> bool:
    """Every hop, for a proxy beside us makes all the world look near. What it adds, a stranger cannot take away."""
    hops = [request.META.get("REMOTE_ADDR", ""), *request.headers.get("X-Forwarded-For", "").split(",")]
    named = [hop.strip() for hop in hops if hop.strip()]
    names_others = any(header in request.headers for header in ("Forwarded", "X-Real-IP", "Via"))
    return bool(named) and not names_others and all(_is_loopback(hop) for hop in named)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _knows_token(request: HttpRequest) -> bool:
    """From the settings, since a database that does not answer knows no keys."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known: str = settings.HEALTH_TOKEN
    return bool(known) and scheme.lower() == "bearer" and constant_time_compare(token.strip(), known)


def _operates(request: HttpRequest) -> bool:
    try:
        return bool(request.user.has_perm(OPERATES))
    except (DatabaseError, RedisError):
        return False


def _check(ask: Callable[[], str]) -> Part:
    try:
        return {"status": "ok", "detail": ask()}
    except _UnusableError as error:
        return {"status": "failing", "detail": str(error)}
    except (DatabaseError, RedisError, OSError) as error:
        return {"status": "failing", "detail": f"{type(error).__name__}: see this process's log"}


def _check_stages() -> dict[str, Part]:
    try:
        now = read_database_clock()  # by ours, a segment that is ahead might look all right
        stages = read_pressure(now=now) | read_upkeep(now=now)
        return {name: _describe(stage) for name, stage in stages.items()}
    except DatabaseError as error:
        return {"stages": {"status": "failing", "detail": f"{type(error).__name__}: see this process's log"}}


def _describe(stage: Pressure) -> Part:
    status = "failing" if stage.is_wrong else "slow" if stage.is_slow else "ok"
    return {"status": status, "detail": stage.detail, **stage.figures}


def _ask_database() -> str:
    """A standby, or one that was set to read only, answers well, and nothing can be accepted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')::boolean OR pg_is_in_recovery()")
        (is_read_only,) = cursor.fetchone()
    if is_read_only:
        raise _UnusableError("answers, but takes no writes: it is read-only")
    return "answers"


def _ask_broker() -> str:
    """Itself, since our cache makes do without it in silence."""
    times = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE, "retry": _ONCE}
    with Redis.from_url(settings.BROKER_URL, **times) as broker:
        broker.set("health", "ok", ex=5)
    return "answers"
