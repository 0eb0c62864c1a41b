"""What a push service's answer means (RFC 8030, and what FCM, Mozilla, Apple and Microsoft document beyond it)."""

import datetime as dt
from collections.abc import Mapping

from campaigns.transports.base import Receipt, ReceiptStatus

_MEANINGS = {
    401: ReceiptStatus.UNAUTHORIZED,
    403: ReceiptStatus.UNAUTHORIZED,
    404: ReceiptStatus.GONE,
    406: ReceiptStatus.RETRY,  # Microsoft's 429
    408: ReceiptStatus.RETRY,
    410: ReceiptStatus.GONE,
    413: ReceiptStatus.TOO_LARGE,
    425: ReceiptStatus.RETRY,
    429: ReceiptStatus.RETRY,
}
# What Microsoft (WNS) says beside the status: what became of a push that it took, and why it did not.
_FATE = "x-wns-notificationstatus"
_FATES = {"dropped": ReceiptStatus.REJECTED, "channelthrottled": ReceiptStatus.RETRY}
_REASONS = ("x-wns-error-description", _FATE, "x-wns-status", "x-wns-deviceconnectionstatus")
_NOTHING: Mapping[str, str] = {}
_ACCEPTED = Receipt(ReceiptStatus.ACCEPTED, 201)
_MAX_RETRY_AFTER = 28 * 24 * 3600  # seconds
_DETAIL = 200


def read_answer(status: int, retry_after: int, text: str, remarks: Mapping[str, str] = _NOTHING) -> Receipt:
    """The receipt for an HTTP answer. Any 2xx is accepted; unknown 5xx may be tried again, and so may what is sent
    with a wait; anything else unknown may not.

    `retry_after` is how many seconds we are asked to wait; 0: not at all. `remarks` are Microsoft's own headers.
    """
    if status == 201 and not remarks:
        return _ACCEPTED
    meaning = _read_meaning(status, retry_after, remarks.get(_FATE, "").lower())
    if meaning is ReceiptStatus.ACCEPTED:
        return Receipt(meaning, status)
    reasons = [remarks[name] for name in _REASONS if remarks.get(name)]
    detail = _clean(" ".join([str(status), "; ".join(dict.fromkeys(reasons)), text]))
    wait = dt.timedelta(seconds=min(retry_after, _MAX_RETRY_AFTER)) if retry_after > 0 else None
    return Receipt(meaning, status, wait, detail)


def _read_meaning(status: int, retry_after: int, fate: str) -> ReceiptStatus:
    if 200 <= status < 300:
        return _FATES.get(fate, ReceiptStatus.ACCEPTED)
    if status in _MEANINGS:
        return _MEANINGS[status]
    return ReceiptStatus.RETRY if status >= 500 or retry_after > 0 else ReceiptStatus.REJECTED


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:_DETAIL]
