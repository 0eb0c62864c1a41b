"""HTTP/1.1 by hand, so that a client may be as slow, as fast and as wrong as it likes."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 30.0  # seconds for an answer


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: nothing did."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def document(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Target:
    """Where the stack answers."""

    host: str
    port: int

    @classmethod
    def read(cls, url: str) -> "Target":
        parts = urlsplit(url)
        return cls(parts.hostname or "localhost", parts.port or 80)

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"


class Connection:
    """One that is kept alive, and opened anew where the server has closed it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes, *, patience: float = PATIENCE) -> Answer:
        """Status 0 if no answer came in time, or none that can be read."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(patience):
                status, headers, body = await self._ask(request)
        except (TimeoutError, OSError, EOFError, ValueError):
            self.close()
            return Answer(0, seconds=time.perf_counter() - began)
        return Answer(status, headers, body, time.perf_counter() - began)

    async def _ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        was_open = self._writer is not None
        try:
            return await self._exchange(request)
        except (OSError, EOFError):
            self.close()
            if not was_open:
                raise
            return await self._exchange(request)  # the server had had enough of the old connection

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._target.host, self._target.port)
        self._writer.write(request)
        await self._writer.drain()
        status, headers, body = await read_answer(self._reader)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, body

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ")[1])
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if status in (204, 304):
        return status, headers, b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return status, headers, await _read_chunks(reader)
    if "content-length" in headers:
        return status, headers, await reader.readexactly(int(headers["content-length"]))
    return status, headers, await reader.read()


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def write_request(
    target: Target, method: str, path: str, body: bytes = b"", *, address: str = "", **headers: str
) -> bytes:
    """`address`: who asks, as the trusted proxy in front would say it. Other headers by name, with _ for -."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {target.authority}"]
    if body or method in ("POST", "PUT", "PATCH"):
        headers = {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers}
    if address:
        lines.append(f"X-Forwarded-For: {address}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body
