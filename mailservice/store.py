"""The mails that came, the newest first, in memory: a restart forgets them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

MOST = 500


@dataclass(frozen=True)
class Mail:
    number: int
    came_at: dt.datetime
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    def read(self, kind: str) -> str:
        """The body as `plain` or `html`; empty: it has none. Whatever is wrong with it, something can be read."""
        part = self.message.get_body((kind,))
        if part is None:
            return ""
        try:
            return str(part.get_content()).replace("\r\n", "\n")
        except (LookupError, ValueError, KeyError):
            raw = part.get_payload(decode=True)
            return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


class Store:
    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=MOST)
        self._numbers = itertools.count(1)

    def add(self, raw: bytes, recipients: list[str]) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        now = dt.datetime.now(dt.UTC)
        self._mails.appendleft(Mail(next(self._numbers), now, tuple(recipients), message))

    def list(self, recipient: str = "") -> list[Mail]:
        return [mail for mail in self._mails if not recipient or recipient in mail.recipients]

    def find(self, number: int) -> Mail | None:
        return next((mail for mail in self._mails if mail.number == number), None)

    def empty(self) -> None:
        self._mails.clear()
