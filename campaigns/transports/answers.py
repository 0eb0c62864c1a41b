"""What a push service's answer means (RFC 8030, and what FCM, Mozilla, Apple and Microsoft document beyond it)."""

import datetime as dt

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
_MAX_RETRY_AFTER = 28 * 24 * 3600  # seconds
_DETAIL = 200


def read_answer(status: int, retry_after: int, text: str) -> Receipt:
    """The receipt for an HTTP answer; unknown 5xx may be tried again, anything else unknown may not.

    `retry_after` is how many seconds we are asked to wait; 0: not at all.
    """
    if status == 201:
        return _ACCEPTED
    meaning = _MEANINGS.get(status, ReceiptStatus.RETRY if status >= 500 else ReceiptStatus.REJECTED)
    detail = "" if meaning is ReceiptStatus.ACCEPTED else f"{status} {_clean(text)}".strip()
    wait = dt.timedelta(seconds=min(retry_after, _MAX_RETRY_AFTER)) if retry_after > 0 else None
    return Receipt(meaning, status, wait, detail)


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:_DETAIL]
