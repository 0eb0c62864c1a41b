"""What can go wrong at any moment: a worker dies between two statements, or with messages in its hands; pushes fail."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from django.db import connection

from campaigns.tokens import DeliveryKey, read_token
from campaigns.transports.base import Push, Receipt, ReceiptStatus

Taken = Counter[tuple[DeliveryKey, str]]  # how often a push service took a delivery's message, by endpoint
_LOT = (
    [Receipt(ReceiptStatus.ACCEPTED, 201)] * 12
    + [Receipt(ReceiptStatus.RETRY, 503, detail="503")] * 3
    + [Receipt(ReceiptStatus.RETRY, 429, dt.timedelta(minutes=3), "429")]
    + [Receipt(ReceiptStatus.GONE, 410, detail="410")]
    + [Receipt(ReceiptStatus.TOO_LARGE, 413, detail="413")]
    + [Receipt(ReceiptStatus.UNAUTHORIZED, 403, detail="403")]
)


class KilledError(BaseException):
    """Nothing in the code expects it, as nothing expects kill -9."""


@contextmanager
def kill_after(statements: int) -> Iterator[None]:
    """Let the work in the block die before that statement to the database; what it left open is undone."""
    left = statements

    def count(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal left
        left -= 1
        if left == -1:  # and no more: what follows cleans up
            raise KilledError
        return execute(*call)

    with connection.execute_wrapper(count):
        yield


class FickleTransport:
    """Answers by lot, until it is healed; keeps its own book of what it took."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self.taken: Taken = Counter()
        self.is_fickle = True
        self.kills_next: str = ""  # “before” or “after” the messages are handed over

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        self._maybe_kill("before")
        receipts = [self._answer() for _ in pushes]
        for push, receipt in zip(pushes, receipts, strict=True):
            if receipt.status is ReceiptStatus.ACCEPTED:
                self.taken[read_token(json.loads(push.payload)["token"]), push.endpoint] += 1
        self._maybe_kill("after")
        return receipts

    def _answer(self) -> Receipt:
        return self._chance.choice(_LOT) if self.is_fickle else _LOT[0]

    def _maybe_kill(self, moment: str) -> None:
        if self.kills_next == moment:
            self.kills_next = ""
            raise KilledError
