"""A transport that hands nothing over and remembers everything, for tests and demonstrations."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Sequence

from campaigns.transports.base import Push, Receipt, ReceiptStatus


class MemoryTransport:
    """Accepts every push, but for the endpoints whose next answers are scripted."""

    def __init__(self) -> None:
        self.sent: list[Push] = []
        self._script: defaultdict[str, deque[Receipt]] = defaultdict(deque)

    def script(self, endpoint: str, *receipts: Receipt) -> None:
        """Answer the next pushes to `endpoint` with these, one after the other."""
        self._script[endpoint].extend(receipts)

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        self.sent.extend(pushes)
        return [self._answer(push) for push in pushes]

    def _answer(self, push: Push) -> Receipt:
        script = self._script[push.endpoint]
        return script.popleft() if script else Receipt(ReceiptStatus.ACCEPTED, 201)
