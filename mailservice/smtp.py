"""The door for mails (SMTP)."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailservice.store import Store

LARGEST = 10 * 1024 * 1024


class Handler:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = envelope.content or b""
        self._store.add(content.encode() if isinstance(content, str) else content, envelope.rcpt_tos)
        return "250 Taken"


async def open_door(store: Store, host: str, port: int) -> asyncio.Server:
    def take() -> SMTP:
        return SMTP(Handler(store), hostname="localhost", data_size_limit=LARGEST, enable_SMTPUTF8=True)

    return await asyncio.get_running_loop().create_server(take, host, port)
