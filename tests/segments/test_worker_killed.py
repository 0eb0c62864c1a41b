"""kill -9 of the workers that apply and follow a steady stream: nothing is lost or doubled, and membership is right.

KILLS=30 in the environment makes it thirty.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import current_app
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from segments.building import build_members
from segments.following import follow_site
from segments.models import Membership, MembershipChange, Segment
from segments.verification import verify_segments
from subscribers.models import Site, SubscriberChange
from tests import factories
from tests.chance import draw_chance
from tests.tracking.requests import attributes, event, identify, send
from tracking.draining import drain_inbox
from tracking.models import Event, EventSummary, InboxItem

KILLS = int(os.environ.get("KILLS", "3"))
QUEUES = {"ingest": "tracking.tasks.drain_inbox", "segments": "segments.tasks.follow_segments"}
PEOPLE = 150
MINUTE = {"last": {"minutes": 1}}
RULES = {
    "often": {"type": "event", "event": "tick", "count": {"operator": "at_least", "value": 5}},
    "just now": {"type": "event", "event": "tick", "within": {"last": {"minutes": 0.05}}},
    "spent": {
        "type": "event_aggregate", "event": "purchase", "function": "sum", "property": "value",
        "operator": "greater_than", "value": 50, "within": MINUTE,
    },
    "gold": {"type": "attribute", "key": "tier", "operator": "equals", "value": "gold"},
    "not gold": {"type": "attribute", "key": "tier", "operator": "not_equals", "value": "gold"},
}  # fmt: skip


class Stream(threading.Thread):
    """Requests of people at random, one after the other, until it is told to stop; `sent` holds the ids of events."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        self.site, self.sent, self.stopped = site, set[uuid.UUID](), threading.Event()

    def run(self) -> None:
        chance = draw_chance("a steady stream")
        try:
            while not self.stopped.is_set():
                self._send_one(chance)
                time.sleep(0.004)
        finally:
            connection.close()

    def _send_one(self, chance: random.Random) -> None:
        browser = str(uuid.UUID(int=chance.randrange(PEOPLE) + 1))
        events = [event("tick"), event("purchase", properties={"value": chance.randrange(20)})]
        self.sent |= {uuid.UUID(each["id"]) for each in events}
        operations = [*events, attributes(tier=chance.choice(["gold", "silver"]))]
        if chance.random() < 0.02:
            operations.append(identify(f"u-{chance.randrange(20)}"))
        send(self.site, *operations, browser=browser, at=timezone.now())


@contextmanager
def _worker(queue: str) -> Iterator[subprocess.Popen[bytes]]:
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    options = "--pool solo --loglevel error --without-gossip --without-mingle --without-heartbeat"
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--queues", queue, *options.split()],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _read_progress() -> tuple[int, int]:
    return Event.objects.count(), MembershipChange.objects.count()


def _wait_for_work(seconds: float = 90) -> None:
    """Until both workers have got something done; tick as beat does, since a message can die with a worker."""
    deadline, next_tick, before = time.monotonic() + seconds, 0.0, _read_progress()
    while any(now <= then for now, then in zip(_read_progress(), before, strict=True)):
        now = time.monotonic()
        assert now < deadline, "the workers did nothing"
        if now >= next_tick:
            for queue, task in QUEUES.items():
                current_app.send_task(task, queue=queue)
            next_tick = now + 0.5
        time.sleep(0.01)


def _make_segments(site: Site) -> list[Segment]:
    segments = [
        factories.make_segment(site, {"version": 1, "root": root}, name=name) for name, root in RULES.items()
    ]
    root = {"type": "segment", "segment": segments[0].pk, "member": True}
    segments.append(factories.make_segment(site, {"version": 1, "root": root}, name="built on often"))
    for segment in segments:
        build_members(segment, as_of=timezone.now())
    return segments


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_killed_during_a_steady_stream_lose_and_double_nothing() -> None:
    site, chance = factories.make_site(), draw_chance("killed workers")
    segments = _make_segments(site)
    stream = Stream(site)
    stream.start()
    for _ in range(KILLS):
        with _worker("ingest") as ingest, _worker("segments") as following:
            _wait_for_work()
            time.sleep(chance.random())
            for worker in (ingest, following):
                worker.send_signal(signal.SIGKILL)
                worker.wait()
    stream.stopped.set()
    stream.join()

    drain_inbox(now=timezone.now())
    follow_site(site, now=timezone.now(), thoroughly=True)

    assert not InboxItem.objects.exists()
    assert not SubscriberChange.objects.exists()
    recorded = list(Event.objects.values_list("id", flat=True))
    assert len(recorded) == len(stream.sent)
    assert set(recorded) == stream.sent
    assert EventSummary.objects.aggregate(Sum("count"))["count__sum"] == len(stream.sent)
    segments = list(Segment.objects.filter(pk__in=[segment.pk for segment in segments]))
    as_of = max(segment.refreshed_at for segment in segments if segment.refreshed_at)
    checked = verify_segments(segments, as_of=as_of)
    assert {pk: (each.missing, each.extra) for pk, each in checked.items()} == {
        segment.pk: ([], []) for segment in segments
    }
    for segment in segments:
        assert segment.member_count == Membership.objects.filter(segment=segment).count()
        entered, left = (
            MembershipChange.objects.filter(segment=segment, kind=kind).count()
            for kind in ("entered", "left")
        )
        assert segment.member_count == entered - left
