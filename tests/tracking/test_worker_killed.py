"""kill -9 of a real Celery worker in mid-batch, several times: every event is there once, none is lost."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import Sum

from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import event, identify, send
from tracking.draining import drain_inbox
from tracking.inbox import LOCK_SPACE
from tracking.models import Event, EventSummary, InboxItem
from tracking.tasks import drain_inbox as drain_task

REQUESTS, EVENTS_EACH = 400, 10
KILLS = 3


def _fill_inbox(site: Site) -> set[uuid.UUID]:
    """Every tenth request comes twice, as from a client that got no answer; some visitors say who they are."""
    expected = set()
    for number in range(REQUESTS):
        operations = [event("add_to_cart", properties={"value": number}) for _ in range(EVENTS_EACH)]
        expected |= {uuid.UUID(operation["id"]) for operation in operations}
        if number % 7 == 0:
            operations.insert(5, identify(f"u-{number % 3}"))
        for _ in range(2 if number % 10 == 0 else 1):
            send(site, *operations, browser=str(uuid.UUID(int=number % 97 + 1)))
    return expected


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    command = "-A config worker --queues ingest --pool solo --loglevel error --without-gossip --without-mingle --without-heartbeat"
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", *command.split()],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _is_at_work() -> bool:
    """Whether a transaction holds shards of the inbox: it is in the middle of a batch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE classid = %s)", [LOCK_SPACE])
        (found,) = cursor.fetchone()
    return bool(found)


def _wait_for_work(*, seconds: float = 120) -> None:
    """Tick as beat does: a message can die with the worker that had just been handed it."""
    deadline = time.monotonic() + seconds
    next_tick = 0.0
    while not _is_at_work():
        now = time.monotonic()
        assert now < deadline, "the worker did nothing"
        if now >= next_tick:
            drain_task.delay()
            next_tick = now + 1
        time.sleep(0.005)


def _wait_for_rest(*, seconds: float = 30) -> None:
    """The database ends the transaction of a client that is gone as soon as it notices."""
    deadline = time.monotonic() + seconds
    while _is_at_work():
        assert time.monotonic() < deadline, "the database still works for a worker that is gone"
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_batch_loses_and_doubles_nothing() -> None:
    expected = _fill_inbox(factories.make_site())
    killed_at_work = 0
    for _ in range(KILLS):
        with _worker() as worker:
            _wait_for_work()
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        _wait_for_rest()
        killed_at_work += InboxItem.objects.exists()

    drain_inbox(now=NOW)

    assert killed_at_work == KILLS
    assert not InboxItem.objects.exists()
    recorded = list(Event.objects.values_list("id", flat=True))
    assert len(recorded) == len(expected)
    assert set(recorded) == expected
    assert EventSummary.objects.aggregate(Sum("count"))["count__sum"] == len(expected)
