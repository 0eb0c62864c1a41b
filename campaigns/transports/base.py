"""What every transport takes and gives: pushes in, one receipt each out."""

import datetime as dt
import enum
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Sender(NamedTuple):
    """Who signs pushes (VAPID, RFC 8292). `contact` is the e-mail address that push services write to."""

    private_key: str
    contact: str

    def __repr__(self) -> str:
        return f"<Sender {self.contact}>"  # never the key: this is what logs and pages of errors show


class Push(NamedTuple):
    """One message for one device. `ttl` is in whole seconds (RFC 8030)."""

    endpoint: str
    p256dh: str
    auth: str
    payload: bytes
    ttl: int
    urgency: str
    topic: str
    sender: Sender


class ReceiptStatus(enum.Enum):
    """How an attempt ended."""

    ACCEPTED = "accepted"  # 201, or any other 2xx: the push service has it now
    GONE = "gone"  # 404 or 410: the subscription has ended
    TOO_LARGE = "too_large"  # 413
    REJECTED = "rejected"  # any other answer that will not change by asking again
    RETRY = "retry"  # 429, 5xx and their like, whatever says when to ask again, time-outs, broken connections
    UNAUTHORIZED = "unauthorized"  # 401 or 403: the push service does not accept our signature
    BAD_KEYS = "bad_keys"  # nothing can be encrypted for this device
    ENDPOINT_REFUSED = "endpoint_refused"  # we do not post to this address


class Receipt(NamedTuple):
    """What came of one push. `retry_after` is what the push service asked for."""

    status: ReceiptStatus
    http_status: int | None = None
    retry_after: dt.timedelta | None = None
    detail: str = ""


class Transport(Protocol):
    """A way to hand messages over."""

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        """Send all of them at the same time; receipts come in the order of the pushes. Never raises for one push."""
        ...
