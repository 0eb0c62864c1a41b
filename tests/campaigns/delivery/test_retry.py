"""Retries: exponential, jittered, polite, and over when the message is not worth sending any more."""

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from campaigns.delivery.retry import decide_retry, find_deadline, remaining_ttl
from campaigns.transports.base import Receipt, ReceiptStatus
from tests.factories import NOW

DAY = dt.timedelta(days=1)
BUSY = Receipt(ReceiptStatus.RETRY, 503)


def decide(
    attempts: int, receipt: Receipt = BUSY, *, ttl: dt.timedelta = DAY, jitter: float = 0.0
) -> dt.timedelta | None:
    """How long after now."""
    retry_at = decide_retry(attempts, receipt, now=NOW, due_at=NOW, ttl=ttl, jitter=jitter)
    return retry_at - NOW if retry_at else None


def test_waits_double_up_to_an_hour() -> None:
    waits = [decide(attempts) for attempts in range(1, 12)]
    seconds = [int(wait.total_seconds()) - 1 for wait in waits if wait]
    assert seconds == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]


def test_jitter_makes_a_wait_up_to_half_as_long_again() -> None:
    assert decide(1, jitter=1.0) == dt.timedelta(seconds=46)


def test_retry_after_is_honoured() -> None:
    polite = Receipt(ReceiptStatus.RETRY, 429, retry_after=dt.timedelta(minutes=20))
    assert decide(1, polite) == dt.timedelta(minutes=20, seconds=1)


def test_a_short_retry_after_does_not_shorten_the_wait() -> None:
    hasty = Receipt(ReceiptStatus.RETRY, 429, retry_after=dt.timedelta(seconds=1))
    assert decide(4, hasty) == decide(4)


def test_a_retry_that_would_come_after_the_ttl_is_none() -> None:
    patient = Receipt(ReceiptStatus.RETRY, 429, retry_after=dt.timedelta(hours=2))
    assert decide(1, patient, ttl=dt.timedelta(hours=1)) is None


def test_a_ttl_of_nought_still_leaves_time_to_get_through_the_queue() -> None:
    assert find_deadline(NOW, dt.timedelta(0)) == NOW + dt.timedelta(minutes=15)
    assert remaining_ttl(NOW, dt.timedelta(0), now=NOW) == 0


def test_the_ttl_counts_from_when_it_was_due() -> None:
    assert remaining_ttl(NOW, DAY, now=NOW + dt.timedelta(hours=1)) == 23 * 3600
    assert remaining_ttl(NOW, DAY, now=NOW + 2 * DAY) == 0


@given(
    attempts=st.integers(1, 60000),
    jitter=st.floats(0, 1),
    retry_after=st.none() | st.timedeltas(dt.timedelta(0), 28 * DAY),
    ttl=st.timedeltas(dt.timedelta(0), 28 * DAY),
    age=st.timedeltas(dt.timedelta(0), 28 * DAY),
)
def test_a_retry_is_always_later_than_now_and_never_after_the_deadline(
    attempts: int, jitter: float, retry_after: dt.timedelta | None, ttl: dt.timedelta, age: dt.timedelta
) -> None:
    receipt = Receipt(ReceiptStatus.RETRY, 503, retry_after=retry_after)
    due_at = NOW - age
    retry_at = decide_retry(attempts, receipt, now=NOW, due_at=due_at, ttl=ttl, jitter=jitter)
    if retry_at is not None:
        assert NOW + (retry_after or dt.timedelta(0)) < retry_at <= find_deadline(due_at, ttl)


def test_waits_never_shrink_with_the_attempts() -> None:
    waits = [decide(attempts, ttl=28 * DAY) or dt.timedelta(0) for attempts in range(1, 40)]
    assert all(before <= after for before, after in pairwise(waits))
