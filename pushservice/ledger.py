"""What was posted to the service, kept for whoever tests a sender: the last pushes in full, the totals for ever."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web


@dataclass(slots=True)
class Received:
    """One push as it came in; `status` is None until it is answered."""

    token: str
    received_at: datetime
    headers: dict[str, str]
    body: bytes
    status: int | None = None


class Ledger:
    """The last `remember` pushes, and running totals of everything."""

    def __init__(self, remember: int) -> None:
        self.received: deque[Received] = deque(maxlen=remember)
        self.totals: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()

    def receive(self, token: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received:
        """Note a push before it is answered. Header names are kept in lower case."""
        entry = Received(token, now, {name.lower(): value for name, value in headers.items()}, body)
        self.received.append(entry)
        self.totals["received"] += 1
        return entry

    def answer(self, entry: Received, status: int) -> None:
        """Note how a push was answered."""
        entry.status = status
        self.answers[status] += 1

    def clear(self) -> None:
        """Forget everything and count from nought."""
        self.received.clear()
        self.totals.clear()
        self.answers.clear()


LEDGER = web.AppKey("ledger", Ledger)
