"""Real Celery workers that are killed (kill -9) and replaced, and the ticks that beat would send them."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from celery import current_app
from django.db import connection

QUEUES = {
    "planning": "campaigns.tasks.launch_scheduled_campaigns",
    "delivery": "campaigns.tasks.deliver_due_batches",
}
_TICK = 0.25  # seconds; more often than beat, so that ticks come twice and late
_OPTIONS = "--pool solo --loglevel error --without-gossip --without-mingle --without-heartbeat"


class Crew:
    """So many workers on each queue; whoever is killed is replaced at once."""

    def __init__(self, home: Path, sizes: Mapping[str, int], environment: Mapping[str, str]) -> None:
        self._busy = home / "busy"
        self._busy.mkdir(exist_ok=True)
        self._environment = {**os.environ, **environment, "FAULT_HOME": str(home)}
        self._environment["DATABASE_URL"] = _find_database()
        self._workers = {queue: [self._start(queue) for _ in range(size)] for queue, size in sizes.items()}
        self._next_tick = 0.0
        self.strikes: list[dt.datetime] = []  # when somebody was killed or frozen

    def tick(self) -> None:
        """Remind every queue of its work, whether it has any or not. A reminder can die with its worker."""
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + _TICK
        for queue, workers in self._workers.items():
            for _ in workers:
                current_app.send_task(QUEUES[queue], queue=queue, expires=5)

    def kill(self, queue: str, chance: random.Random) -> bool:
        """Kill a worker in the middle of a task and start another in its place; False if none has a task in hand."""
        victim = self._strike(queue, signal.SIGKILL, chance)
        if victim is None:
            return False
        victim.wait()
        self._forget(victim)
        workers = self._workers[queue]
        workers[workers.index(victim)] = self._start(queue)
        return True

    @contextmanager
    def freeze(self, queue: str, chance: random.Random) -> Iterator[None]:
        """Hold a worker up in the middle of a task while the block runs: it knows nothing of it, and then goes on."""
        victim = self._strike(queue, signal.SIGSTOP, chance)
        assert victim is not None, "no worker has a task in hand"
        self._forget(victim)
        try:
            yield
        finally:
            victim.send_signal(signal.SIGCONT)

    def is_idle(self) -> bool:
        """Whether no worker has a task in hand."""
        return not any(self._busy.iterdir())

    def dismiss(self) -> None:
        for worker in (worker for workers in self._workers.values() for worker in workers):
            worker.kill()
            worker.wait()
            self._forget(worker)

    def _strike(
        self, queue: str, number: signal.Signals, chance: random.Random
    ) -> subprocess.Popen[bytes] | None:
        at_work = [worker for worker in self._workers[queue] if self._is_busy(worker)]
        if not at_work:
            return None
        victim = chance.choice(at_work)
        victim.send_signal(number)
        self.strikes.append(dt.datetime.now(dt.UTC))
        return victim

    def _start(self, queue: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "celery", "-A", "tests.faults.worker", "worker", "--queues", queue,
            *_OPTIONS.split(),
        ]  # fmt: skip
        return subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)

    def _is_busy(self, worker: subprocess.Popen[bytes]) -> bool:
        return (self._busy / str(worker.pid)).exists()

    def _forget(self, worker: subprocess.Popen[bytes]) -> None:
        (self._busy / str(worker.pid)).unlink(missing_ok=True)


@contextmanager
def hire(home: Path, environment: Mapping[str, str], **sizes: int) -> Iterator[Crew]:
    """A crew for as long as the block runs: `hire(home, {}, delivery=3)`."""
    crew = Crew(home, sizes, environment)
    try:
        yield crew
    finally:
        crew.dismiss()


def _find_database() -> str:
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
