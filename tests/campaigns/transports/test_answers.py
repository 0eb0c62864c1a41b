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
        (408, ReceiptStatus.RETRY),
        (406, ReceiptStatus.RETRY),
        (425, ReceiptStatus.RETRY),
        (429, ReceiptStatus.RETRY),
        (302, ReceiptStatus.REJECTED),
        (418, ReceiptStatus.REJECTED),
    ],
)
def test_what_may_pass_is_tried_again_and_what_will_not_is_not(status: int, meaning: ReceiptStatus) -> None:
    assert read_answer(status, 0, "").status is meaning


def test_a_reason_is_kept_short_and_on_one_line() -> None:
    detail = read_answer(400, 0, "no\0 way\n" * 1000).detail
    assert detail.startswith("400 no way no way")
    assert len(detail) < 210


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204, 207])
def test_whatever_says_success_is_accepted(status: int) -> None:
    assert read_answer(status, 0, "").status is ReceiptStatus.ACCEPTED


@pytest.mark.parametrize("status", [302, 400, 406, 409, 418, 503])
def test_whoever_says_when_to_ask_again_is_asked_again(status: int) -> None:
    receipt = read_answer(status, 60, "")
    assert (receipt.status, receipt.retry_after) == (ReceiptStatus.RETRY, dt.timedelta(minutes=1))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(401, ReceiptStatus.UNAUTHORIZED), (403, ReceiptStatus.UNAUTHORIZED), (404, ReceiptStatus.GONE), (410, ReceiptStatus.GONE),
     (413, ReceiptStatus.TOO_LARGE)],
)  # fmt: skip
def test_what_a_status_means_holds_whatever_wait_comes_with_it(status: int, meaning: ReceiptStatus) -> None:
    assert read_answer(status, 60, "").status is meaning


@pytest.mark.parametrize(
    ("remarks", "reason"),
    [
        ({"x-wns-error-description": "Ttl value conflicts"}, "400 Ttl value conflicts body"),
        ({"x-wns-notificationstatus": "dropped", "x-wns-status": "dropped"}, "400 dropped body"),
        ({"x-wns-deviceconnectionstatus": "disconnected", "x-wns-msg-id": "7"}, "400 disconnected body"),
        ({}, "400 body"),
    ],
)
def test_microsofts_headers_are_the_reason(remarks: dict[str, str], reason: str) -> None:
    assert read_answer(400, 0, "body", remarks).detail == reason


@pytest.mark.parametrize(
    ("fate", "meaning"),
    [
        ("received", ReceiptStatus.ACCEPTED),
        ("dropped", ReceiptStatus.REJECTED),
        ("channelThrottled", ReceiptStatus.RETRY),
    ],
)
def test_what_microsoft_took_and_did_not_deliver_is_not_sent(fate: str, meaning: ReceiptStatus) -> None:
    receipt = read_answer(201, 0, "", {"x-wns-notificationstatus": fate})
    assert receipt.status is meaning
    assert (fate in receipt.detail) is (meaning is not ReceiptStatus.ACCEPTED)
