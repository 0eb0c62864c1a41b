"""What a push service's answer means (RFC 8030, and what FCM, Mozilla, Apple and Microsoft document beyond it)."""

import datetime as dt
from email.utils import parsedate_to_datetime

from campaigns.transports.base import Receipt, ReceiptStatus

_MEANINGS = {
    200: ReceiptStatus.ACCEPTED,
    201: ReceiptStatus.ACCEPTED,
    202: ReceiptStatus.ACCEPTED,
    401: ReceiptStatus.UNAUTHORIZED,
    403: ReceiptStatus.UNAUTHORIZED,
    404: ReceiptStatus.GONE,
    408: ReceiptStatus.RETRY,
    410: ReceiptStatus.GONE,
    413: ReceiptStatus.TOO_LARGE,
    429: ReceiptStatus.RETRY,
}
_ACCEPTED = Receipt(ReceiptStatus.ACCEPTED, 201)
_MAX_RETRY_AFTER = dt.timedelta(days=28)
_DETAIL = 200


def read_answer(status: int, retry_after: str | None, text: str, *, now: dt.datetime) -> Receipt:
    """The receipt for an HTTP answer; unknown 5xx may be tried again, anything else unknown may not."""
    if status == 201:
        return _ACCEPTED
    meaning = _MEANINGS.get(status, ReceiptStatus.RETRY if status >= 500 else ReceiptStatus.REJECTED)
    detail = "" if meaning is ReceiptStatus.ACCEPTED else f"{status} {_clean(text)}".strip()
    return Receipt(meaning, status, read_retry_after(retry_after, now=now), detail)


def read_retry_after(value: str | None, *, now: dt.datetime) -> dt.timedelta | None:
    """How long to wait: seconds or an HTTP date (RFC 9110, section 10.2.3); None if it says neither."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return dt.timedelta(seconds=min(int(value[:9]), int(_MAX_RETRY_AFTER.total_seconds())))
    try:
        wait = parsedate_to_datetime(value).astimezone(dt.UTC) - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, dt.timedelta(0)), _MAX_RETRY_AFTER)


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:_DETAIL]
