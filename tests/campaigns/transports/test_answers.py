"""What push services answer, and what it means."""

import datetime as dt

import pytest

from campaigns.transports.answers import read_answer, read_retry_after
from campaigns.transports.base import ReceiptStatus
from tests.factories import NOW

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", dt.timedelta(0)),
        ("120", dt.timedelta(minutes=2)),
        ("Sat, 21 Nov 2026 12:05:00 GMT", dt.timedelta(minutes=5)),
        ("Sat, 21 Nov 2026 11:05:00 GMT", dt.timedelta(0)),
        ("9" * 30, 28 * DAY),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 28 * DAY),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, wait: dt.timedelta) -> None:
    assert read_retry_after(value, now=NOW) == wait


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1.5", "²", "Sat, 99 Nov 2026 12:05:00 GMT"])
def test_a_retry_after_that_says_nothing_is_none(value: str | None) -> None:
    assert read_retry_after(value, now=NOW) is None


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (500, ReceiptStatus.RETRY),
        (599, ReceiptStatus.RETRY),
        (302, ReceiptStatus.REJECTED),
        (418, ReceiptStatus.REJECTED),
    ],
)
def test_unknown_server_errors_may_pass_and_other_unknown_answers_do_not(
    status: int, meaning: ReceiptStatus
) -> None:
    assert read_answer(status, None, "", now=NOW).status is meaning


def test_a_reason_is_kept_short_and_on_one_line() -> None:
    detail = read_answer(400, None, "no\0 way\n" * 1000, now=NOW).detail
    assert detail.startswith("400 no way no way")
    assert len(detail) < 210
