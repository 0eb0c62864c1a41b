"""Telling a worker that rows wait for it, once for many requests."""

from django.core.cache import cache

from subscribers.broker import publish

# If a worker dies with the message in hand, the next request after this many seconds queues another.
QUEUED_SECONDS = 30


def wake(task: str) -> None:
    """Queue the task, unless it is queued. What waits for it is durable: without a broker, it waits for a tick."""
    if cache.add(_key(task), 1, timeout=QUEUED_SECONDS):
        publish(task)


def note_began(task: str) -> None:
    """From here on a request may queue the task again: this run may be past its rows."""
    cache.delete(_key(task))


def _key(task: str) -> str:
    return f"queued:{task}"
