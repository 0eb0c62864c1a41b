"""A breaker for each push service, shared by all workers: one that asks for patience, or is out of order, is left alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from campaigns.models import PushHost
from campaigns.transports.base import Receipt, ReceiptStatus
from subscribers.clocks import find_latest

_FEW = 5  # pushes that were put off are no reason yet to leave a push service alone
_FIRST_WAIT = dt.timedelta(seconds=15)
_LONGEST_WAIT = dt.timedelta(minutes=15)
_LONGEST_ASKED = dt.timedelta(hours=1)  # however long a push service asks us to wait
_JITTER = 0.25

# Workers that found out at the same time count as one.
_CLOSE = """
INSERT INTO campaigns_pushhost AS known (host, closed_until, strikes, reason, changed_at)
VALUES (%(host)s, %(until)s, %(strikes)s, %(reason)s, %(now)s)
ON CONFLICT (host) DO UPDATE SET closed_until = excluded.closed_until, strikes = excluded.strikes,
    reason = excluded.reason, changed_at = excluded.changed_at
WHERE known.closed_until IS NULL OR known.closed_until <= excluded.changed_at OR known.closed_until > %(latest)s
"""


class Breaker(NamedTuple):
    """What is known of one push service: nothing is posted to it until `closed_until`."""

    closed_until: dt.datetime | None
    strikes: int


class HostReceipt(NamedTuple):
    """What a push service answered one push."""

    host: str
    receipt: Receipt


def read_breakers() -> dict[str, Breaker]:
    """Of the push services that gave cause for it."""
    rows = PushHost.objects.values_list("host", "closed_until", "strikes")
    return {host: Breaker(closed_until, strikes) for host, closed_until, strikes in rows}


def find_closed(breakers: Mapping[str, Breaker], *, now: dt.datetime) -> dict[str, dt.datetime]:
    """The push services to leave alone, each with the instant at which it may be tried again."""
    return {
        host: breaker.closed_until
        for host, breaker in breakers.items()
        if breaker.closed_until and now < breaker.closed_until <= _find_latest_wait(now)
    }


def note_answers(
    answers: Iterable[HostReceipt], breakers: Mapping[str, Breaker], *, now: dt.datetime, jitter: float
) -> None:
    """Close the push services that put off most of a chunk, and forget the strikes of those that are well again."""
    by_host: dict[str, list[Receipt]] = {}
    for host, receipt in answers:
        by_host.setdefault(host, []).append(receipt)
    for host, receipts in by_host.items():
        put_off = [receipt for receipt in receipts if receipt.status is ReceiptStatus.RETRY]
        before = breakers.get(host, Breaker(None, 0))
        if len(put_off) >= _FEW and len(put_off) * 2 > len(receipts):
            _close(host, put_off, before.strikes + 1, now=now, jitter=jitter)
        elif before.strikes and len(put_off) < len(receipts):
            PushHost.objects.filter(host=host, strikes__gt=0).update(
                closed_until=None, strikes=0, reason="", changed_at=now
            )


def find_wait(put_off: Iterable[Receipt], strikes: int, *, jitter: float) -> dt.timedelta:
    """How long to leave a push service alone: what it asks for (Retry-After), or twice as long each time."""
    asked = max((receipt.retry_after for receipt in put_off if receipt.retry_after), default=dt.timedelta(0))
    wait: dt.timedelta = min(_FIRST_WAIT * 2 ** min(strikes - 1, 10), _LONGEST_WAIT)
    return max(wait, min(asked, _LONGEST_ASKED)) + wait * _JITTER * jitter


def _find_latest_wait(now: dt.datetime) -> dt.datetime:
    """No wait is longer; one that was noted to be is of a clock that was ahead."""
    return find_latest(now) + _LONGEST_ASKED + _LONGEST_WAIT


def _close(host: str, put_off: list[Receipt], strikes: int, *, now: dt.datetime, jitter: float) -> None:
    until = (now + find_wait(put_off, strikes, jitter=jitter)).replace(microsecond=0) + dt.timedelta(
        seconds=1
    )
    values: dict[str, Any] = {
        "host": host,
        "until": until,
        "strikes": strikes,
        "reason": put_off[0].detail[:200],
        "now": now,
        "latest": _find_latest_wait(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, values)
