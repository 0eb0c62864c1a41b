"""Telling a worker that rows wait for it, once for many requests."""

import logging

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# If a worker dies with the message in hand, the next request after this many seconds queues another.
QUEUED_SECONDS = 30


def wake(task: str) -> None:
    """Queue the task, unless it is queued. What waits for it is durable: without a broker, it waits for a tick."""
    try:
        if cache.add(_key(task), 1, timeout=QUEUED_SECONDS):
            current_app.send_task(task, retry=False)
    except (RedisError, OperationalError, OSError) as error:
        logger.warning("%s is not queued, work waits for the next tick: %s", task, type(error).__name__)


def note_began(task: str) -> None:
    """From here on a request may queue the task again: this run may be past its rows."""
    try:
        cache.delete(_key(task))
    except RedisError as error:
        logger.warning("The cache does not answer: %s", type(error).__name__)


def _key(task: str) -> str:
    return f"queued:{task}"
