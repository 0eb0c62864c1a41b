"""Whether and when an attempt that failed for now is made again: pure functions."""

import datetime as dt

from campaigns.transports.base import Receipt

_FIRST_WAIT = dt.timedelta(seconds=30)
_LONGEST_WAIT = dt.timedelta(hours=1)
_JITTER = 0.5  # waits are up to this much longer, so that workers do not come back all at once
# A TTL says how long a device may be off; it may be nought. Getting through our own queue takes some time on top.
_QUEUE_ALLOWANCE = dt.timedelta(minutes=15)


def find_deadline(due_at: dt.datetime, ttl: dt.timedelta) -> dt.datetime:
    """After this instant it is not worth handing a message over any more."""
    return due_at + max(ttl, _QUEUE_ALLOWANCE)


def remaining_ttl(due_at: dt.datetime, ttl: dt.timedelta, *, now: dt.datetime) -> int:
    """The TTL, in whole seconds, of a message that is handed over now: it counts from when it was due."""
    return max(0, int((due_at + ttl - max(now, due_at)).total_seconds()))


def decide_retry(  # noqa: PLR0913 - what the decision rests on, by name
    attempts: int,
    receipt: Receipt,
    *,
    now: dt.datetime,
    due_at: dt.datetime,
    ttl: dt.timedelta,
    jitter: float,
) -> dt.datetime | None:
    """When to try again after the `attempts`-th attempt, to a whole second; None if that would be too late.

    Waits double from 30 seconds up to an hour, and are never shorter than the push service asked for
    (Retry-After). `jitter` is a random number from 0 to 1.
    """
    wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 10), _LONGEST_WAIT)
    wait = max(wait, receipt.retry_after or dt.timedelta(0)) + wait * _JITTER * jitter
    retry_at = (now + wait).replace(microsecond=0) + dt.timedelta(seconds=1)
    return retry_at if retry_at <= find_deadline(due_at, ttl) else None
