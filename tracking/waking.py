"""Telling a worker that the inbox has something, once for many requests."""

import logging

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

QUEUED = "drain-is-queued"
# If a worker dies with the message in hand, the next request after this many seconds queues another.
QUEUED_SECONDS = 30


def wake_drain() -> None:
    """Queue a drain, unless one is queued. What is in the inbox is durable: without a broker, it waits for a tick."""
    try:
        if cache.add(QUEUED, 1, timeout=QUEUED_SECONDS):
            current_app.send_task("tracking.tasks.drain_inbox", retry=False)
    except (RedisError, OperationalError, OSError) as error:
        logger.warning("No drain queued, the inbox waits for the next tick: %s", type(error).__name__)


def note_drain_began() -> None:
    """From here on a request may queue the next drain: this one may be past its shard."""
    try:
        cache.delete(QUEUED)
    except RedisError as error:
        logger.warning("The cache does not answer: %s", type(error).__name__)
