"""The browsers' side: the websocket protocol, spoken by a browser of our own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import requests

from tests.pushservice.sender import Sender, encode

CHANNEL = "7b1d2f0e-0000-4000-8000-000000000001"


class FakeBrowser:
    """One connection as Firefox makes it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.uaid = ""

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        await self.socket.send_json({"messageType": kind, **fields})
        return await self.receive()

    async def receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = await self.socket.receive_json(timeout=5)
        return frame

    async def subscribe(self, **fields: Any) -> str:
        endpoint: str = (await self.ask("register", channelID=CHANNEL, **fields))["pushEndpoint"]
        return endpoint

    async def acknowledge(self, notification: dict[str, Any]) -> None:
        update = {"channelID": CHANNEL, "version": notification["version"], "code": 100}
        await self.socket.send_json({"messageType": "ack", "updates": [update]})
        await self.socket.send_str("{}")
        await self.receive()  # the ping's answer: by now the ack is read

    async def is_idle(self) -> bool:
        await self.socket.send_str("{}")
        return await self.receive() == {}


@asynccontextmanager
async def connect(origin: str, uaid: str | None = None) -> AsyncIterator[FakeBrowser]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(origin, protocols=["push-notification"]) as socket,
    ):
        browser = FakeBrowser(socket)
        hello = await browser.ask("hello", use_webpush=True, **({"uaid": uaid} if uaid else {}))
        browser.uaid = hello["uaid"]
        yield browser


def play(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story told with await; pushes inside it go through `asyncio.to_thread`."""
    asyncio.run(asyncio.wait_for(story(), 20))  # type: ignore[arg-type]
