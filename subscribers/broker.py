"""Asking the broker for something while somebody waits: for a moment at most, and not at all while it does not answer.

What is asked of it here is best done, never needed: work lies in rows, and ticks find it.
"""

import functools
import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import KombuError
from kombu.pools import producers
from redis.exceptions import RedisError

T = TypeVar("T")

REST = 5.0  # seconds for which a broker that did not answer is left alone
# kombu would wait two seconds and try again.
_AT_ONCE = {
    "retry_on_timeout": False,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
_FAULTS = (RedisError, KombuError, OSError)

logger = logging.getLogger(__name__)


class Breaker:
    """Whether to ask at all. After a rest one asks, and the others wait for how that goes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rests_until = 0.0

    def lets_through(self) -> bool:
        with self._lock:
            now = monotonic()
            if now < self._rests_until:
                return False
            if self._rests_until:
                self._rests_until = now + REST
            return True

    def note_answer(self) -> None:
        self._rests_until = 0.0

    def note_silence(self) -> None:
        with self._lock:
            self._rests_until = monotonic() + REST


breaker = Breaker()


def ask(question: Callable[[], T], *, otherwise: T) -> T:
    """What the broker answers; `otherwise` if it does not, or did not lately."""
    if not breaker.lets_through():
        return otherwise
    try:
        answer = question()
    except _FAULTS as error:
        breaker.note_silence()
        logger.warning(
            "The broker does not answer (%s); it is left alone for %g s", type(error).__name__, REST
        )
        return otherwise
    breaker.note_answer()
    return answer


def publish(task: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> bool:
    """Queue a task; False if the broker does not take it, and whatever waits for it waits for the next tick."""
    published = ask(lambda: _send(task, args, kwargs or {}), otherwise=False)
    if not published:
        logger.warning("%s is not queued, work waits for the next tick", task)
    return published


def find_patience() -> float:
    """Seconds for one step: a connection, an answer."""
    return float(settings.BROKER_PATIENCE_MS / 1000)


def _send(task: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    patience = find_patience()
    connection = _find_connection(current_app.conf.broker_write_url, patience)
    with producers[connection].acquire(block=True, timeout=patience) as producer:
        current_app.send_task(task, args, kwargs, producer=producer, retry=False)
    return True


@functools.lru_cache(maxsize=8)
def _find_connection(url: str, patience: float) -> Connection:
    """A pool's own: Celery's workers wait for work on theirs for longer."""
    times = {"socket_timeout": patience, "socket_connect_timeout": patience, **_AT_ONCE}
    return current_app.connection_for_write(url, connect_timeout=patience, transport_options=times)
