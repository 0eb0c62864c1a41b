"""What push services answer, and what it means."""

import datetime as dt

import pytest

from campaigns.transports.answers import read_answer
from campaigns.transports.base import ReceiptStatus


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(0, None), (-1, None), (120, dt.timedelta(minutes=2)), (10**15, dt.timedelta(days=28))],
)
def test_what_we_are_asked_to_wait_is_at_most_four_weeks(seconds: int, wait: dt.timedelta | None) -> None:
    assert read_answer(429, seconds, "").retry_after == wait


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
    assert read_answer(status, 0, "").status is meaning


def test_a_reason_is_kept_short_and_on_one_line() -> None:
    detail = read_answer(400, 0, "no\0 way\n" * 1000).detail
    assert detail.startswith("400 no way no way")
    assert len(detail) < 210
