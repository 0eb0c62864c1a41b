"""Requests without end: from one address, of one browser, at one site, at the log-in page, with keys that are made up."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.attack.honest import write_visit
from bench.attack.wire import Connection, Target, write_request

CONNECTIONS = 20
MANY = 250  # addresses of an attacker who has many


@dataclass
class Flood:
    """What became of it."""

    statuses: Counter[int] = field(default_factory=Counter)
    began: float = field(default_factory=time.perf_counter)

    @property
    def per_second(self) -> float:
        return self.statuses.total() / (time.perf_counter() - self.began)


Writer = Callable[[int], bytes]


def list_floods(target: Target, site_key: str) -> dict[str, tuple[int, Writer]]:
    """Each with how many requests a second it is, 50 times the default limit where one machine can send as many."""
    browser = str(uuid.uuid4())

    def draw_address(turn: int) -> str:
        return f"203.0.113.{turn % MANY}"

    return {
        "one address": (
            1000,
            lambda turn: write_visit(target, site_key, str(uuid.uuid4()), address="203.0.113.1"),
        ),
        "one browser, many addresses": (
            250,
            lambda turn: write_visit(target, site_key, browser, address=draw_address(turn)),
        ),
        "log-in page": (
            1000,
            lambda turn: write_request(target, "GET", "/admin/login/", address="203.0.113.2"),
        ),
        "made-up keys": (
            1000,
            lambda turn: write_request(
                target,
                "GET",
                "/api/v1/sites/",
                address="203.0.113.3",
                Authorization=f"Token {uuid.uuid4().hex}",
            ),
        ),
        "made-up sites": (
            1000,
            lambda turn: write_visit(target, f"pk_{turn}", str(uuid.uuid4()), address="203.0.113.4"),
        ),
        "preflights": (
            1000,
            lambda turn: write_request(
                target, "OPTIONS", "/v1/track", address="203.0.113.5", Origin=f"https://{turn}.example"
            ),
        ),
    }


@asynccontextmanager
async def flood(target: Target, per_second: int, write: Writer) -> AsyncIterator[Flood]:
    """So many requests a second, as far as they are answered in time, while the block runs."""
    seen = Flood()
    turns = iter(range(10**9))

    async def send() -> None:
        connection, due = Connection(target), time.perf_counter()
        try:
            while True:
                due += CONNECTIONS / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                answer = await connection.ask(write(next(turns)))
                seen.statuses[answer.status] += 1
        finally:
            connection.close()

    tasks = [asyncio.create_task(send()) for _ in range(CONNECTIONS)]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
