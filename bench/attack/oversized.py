"""Bodies that are far too large: how much of one the server takes before it says so."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from bench.attack.wire import Target, read_answer

SIZE = 157 * 2**20
PIECE = b"a" * 65536
PATIENCE = 30  # seconds


@dataclass
class Sent:
    """The answer (0: the server hung up without one), and how much had gone out by then."""

    status: int = 0
    megabytes: float = 0.0


async def send_large_body(target: Target, path: str, *, chunked: bool) -> Sent:
    reader, writer = await asyncio.open_connection(target.host, target.port)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {SIZE}"
    head = f"POST {path} HTTP/1.1\r\nHost: {target.authority}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    writer.write(head.encode())
    sent = Sent()
    sending = asyncio.create_task(_send(writer, sent, chunked=chunked))
    try:
        async with asyncio.timeout(PATIENCE):
            sent.status, _, _ = await read_answer(reader)
    except (TimeoutError, OSError, EOFError, ValueError):
        pass
    finally:
        sending.cancel()
        writer.transport.abort()
    return sent


async def _send(writer: asyncio.StreamWriter, sent: Sent, *, chunked: bool) -> None:
    piece = b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if chunked else PIECE
    with suppress(OSError):
        for _ in range(SIZE // len(PIECE)):
            writer.write(piece)
            await writer.drain()
            sent.megabytes += len(PIECE) / 2**20
