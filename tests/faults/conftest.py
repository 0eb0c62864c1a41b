"""A town with push services in all moods, a clock that can be moved, and crews of workers to kill."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.chance import draw_chance
from tests.faults.clock import SharedClock
from tests.faults.crew import hire
from tests.faults.play import Play
from tests.faults.town import Town, open_town

KILLS = int(os.environ.get("KILLS", "3"))
DELIVERIES = int(os.environ.get("DELIVERIES", "600"))
CHUNK = max(50, DELIVERIES // 200)  # SEND_CONCURRENCY of the senders here: how many messages one has in hand

Begin = Callable[..., AbstractContextManager[Play]]


@pytest.fixture
def chance() -> random.Random:
    return draw_chance("faults")


@pytest.fixture
def clock(tmp_path: Path) -> SharedClock:
    return SharedClock(tmp_path / "clock")


@pytest.fixture
def town() -> Iterator[Town]:
    with open_town(remember=20 * DELIVERIES) as town:
        yield town


@pytest.fixture
def begin(tmp_path: Path, clock: SharedClock, town: Town, chance: random.Random) -> Begin:
    """`with begin(delivery=3) as play`: so many workers of each queue are at work while the block runs."""

    @contextmanager
    def begin(**sizes: int) -> Iterator[Play]:
        environment = {
            "PUSH_LOOPBACK_HOSTS": town.loopback_hosts,
            "SEND_CONCURRENCY": str(CHUNK),
            "CLOCK_TOLERANCE_SECONDS": str(10**9),  # the database does not live by the test's clock
        }
        with hire(tmp_path, environment, **sizes) as crew:
            yield Play(crew, clock, chance)

    return begin
