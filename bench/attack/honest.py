"""A visitor who does what visitors do, while others attack: how long they wait is what counts."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.attack.wire import Answer, Connection, Target, write_request

PAUSE = 0.1  # seconds between two requests of theirs: ten a second, from a few browsers
BROWSERS = 10
ADDRESS = "198.51.100.7"  # RFC 5737: nobody's


@dataclass
class Waits:
    """What honest visitors got."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def note(self, answer: Answer) -> None:
        self.seconds.append(answer.seconds)
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1

    @property
    def p95_ms(self) -> float:
        """Who got no answer waited for ever."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)] if ordered else float("inf")

    @property
    def refused(self) -> int:
        return sum(count for status, count in self.statuses.items() if status != 202)


@asynccontextmanager
async def visit(target: Target, site_key: str, *, address: str = ADDRESS) -> AsyncIterator[Waits]:
    """They come as long as the block runs."""
    waits = Waits()
    asked: set[asyncio.Task[None]] = set()
    task = asyncio.create_task(_keep_visiting(target, site_key, address, waits, asked))
    try:
        yield waits
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for waiting in asked:
            waiting.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def _keep_visiting(
    target: Target, site_key: str, address: str, waits: Waits, asked: set[asyncio.Task[None]]
) -> None:
    browsers = [str(uuid.uuid4()) for _ in range(BROWSERS)]
    turn = 0
    while True:
        request = write_visit(target, site_key, browsers[turn % BROWSERS], address=address)
        task = asyncio.create_task(_visit_once(target, request, waits))
        asked.add(task)
        task.add_done_callback(asked.discard)
        turn += 1
        await asyncio.sleep(PAUSE)


async def _visit_once(target: Target, request: bytes, waits: Waits) -> None:
    """A connection of its own each time, as a new visitor's is."""
    connection = Connection(target)
    began = time.perf_counter()
    try:
        waits.note(await connection.ask(request))
    except asyncio.CancelledError:  # it is over, and there was no answer yet
        if time.perf_counter() - began > 1:
            waits.note(Answer(0, seconds=time.perf_counter() - began))
    finally:
        connection.close()


def write_visit(target: Target, site_key: str, browser: str, *, address: str = "") -> bytes:
    body = {
        "site_key": site_key,
        "subscriber": browser,
        "context": {"timezone": "Europe/Berlin", "language": "de-DE"},
        "operations": [
            {"id": str(uuid.uuid4()), "type": "page", "url": f"https://shop.example/{time.time_ns()}"}
        ],
    }
    return write_request(target, "POST", "/v1/track", json.dumps(body).encode(), address=address)
