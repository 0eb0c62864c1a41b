"""A steady stream over HTTP into all of the running processes, and how long membership takes to follow it."""

import datetime as dt
import itertools
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from django.db import connection

from bench.membership.visitors import Person, Visitors
from config.run import list_commands
from segments.models import Segment
from subscribers.models import Site

PORT = 8731
PROCESSES = ("web", "ingest", "segments", "beat")
OPERATIONS = 5  # in one request: what a browser gathers on a page
SENDERS = 8
PROBE_EVERY = 5  # requests: so many carry an event that makes a member
PROBE = "bench_probe"
LOOK_EVERY = 0.02


@dataclass
class Stream:
    """What was sent, and for each probe the seconds from its post to its membership."""

    requests: int = 0
    events: int = 0
    refused: int = 0
    took: float = 0.0
    latencies: list[float] = field(default_factory=list)
    lost: int = 0
    people: set[int] = field(default_factory=set)


class _Probes:
    """People who were made members by a request, and when each was sent."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._waiting: dict[int, float] = {}
        self._lock = threading.Lock()
        self.latencies: list[float] = []

    def expect(self, person: int, sent: float) -> None:
        with self._lock:
            self._waiting[person] = sent

    def look(self) -> int:
        """Note who is a member by now; returns how many are still awaited."""
        with self._lock:
            waiting = list(self._waiting)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT subscriber_id FROM segments_membership WHERE segment_id = %s AND subscriber_id = ANY(%s)",
                [self._segment.pk, waiting],
            )
            found = [pk for (pk,) in cursor.fetchall()]
        now = time.monotonic()
        with self._lock:
            self.latencies += [now - self._waiting.pop(pk) for pk in found]
            return len(self._waiting)


def run_stream(site: Site, probed: Segment, visitors: Visitors, *, rate: int, seconds: int) -> Stream:
    """`rate` events a second for so many seconds; `probed` is the segment of those who did PROBE."""
    number = rate * seconds // OPERATIONS
    people = visitors.draw_people(number)
    strangers = _draw_probes(site, number // PROBE_EVERY, {person.pk for person in people})
    work: queue.SimpleQueue[tuple[float, Person, bool] | None] = queue.SimpleQueue()
    probes, stream = _Probes(probed), Stream(people={person.pk for person in people})
    began = time.monotonic()
    for index, person in enumerate(people):
        is_probe = index % PROBE_EVERY == 0 and bool(strangers)
        sender = strangers.pop() if is_probe else person
        work.put((began + index * seconds / number, sender, is_probe))
        stream.people.add(sender.pk)
    senders = [
        threading.Thread(target=_send, args=(site, visitors, work, probes, stream), daemon=True)
        for _ in range(SENDERS)
    ]
    for sender_thread in senders:
        work.put(None)
        sender_thread.start()
    while any(each.is_alive() for each in senders):
        probes.look()
        time.sleep(LOOK_EVERY)
    stream.took = time.monotonic() - began
    patience = time.monotonic() + 60
    while (left := probes.look()) and time.monotonic() < patience:
        time.sleep(LOOK_EVERY)
    stream.lost, stream.latencies = left, sorted(probes.latencies)
    return stream


def _draw_probes(site: Site, number: int, besides: set[int]) -> list[Person]:
    """People who come but once, so that each becomes a member by their one request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, uuid, timezone, language FROM subscribers_subscriber"
            " WHERE site_id = %s AND NOT id = ANY(%s) ORDER BY hashint8(id) LIMIT %s",
            [site.pk, list(besides), number],
        )
        return [Person(*row) for row in cursor.fetchall()]


def _send(
    site: Site,
    visitors: Visitors,
    work: "queue.SimpleQueue[tuple[float, Person, bool] | None]",
    probes: _Probes,
    stream: Stream,
) -> None:
    """Post each request at its time. One that is late is sent at once: the stream does not wait for the server."""
    with requests.Session() as session:
        while (item := work.get()) is not None:
            at, person, is_probe = item
            time.sleep(max(0.0, at - time.monotonic()))
            operations = [visitors.draw_operation() for _ in range(OPERATIONS - is_probe)]
            if is_probe:
                operations.append(
                    {**visitors.draw_operation(), "type": "event", "name": PROBE, "properties": {}}
                )
                operations[-1].pop("url", None)
                operations[-1].pop("title", None)
            sent = time.monotonic()
            if is_probe:
                probes.expect(person.pk, sent)
            answer = session.post(
                f"http://127.0.0.1:{PORT}/v1/track",
                json={
                    "site_key": site.public_key,
                    "subscriber": str(person.browser),
                    "context": {"timezone": person.timezone, "language": person.language},
                    "operations": operations,
                },
                timeout=60,
            )
            stream.requests += 1
            stream.events += len(operations)
            stream.refused += answer.status_code != 202 or bool(answer.json()["rejected"])


@contextmanager
def run_processes() -> Iterator[Sequence[subprocess.Popen[bytes]]]:
    """The processes that an operator would run, as `make run` starts them."""
    # All visitors come from one machine here: limits are counted, and never reached.
    limits = itertools.product(("ADDRESS", "SUBSCRIBER", "SITE", "API"), ("PER_SECOND", "BURST"))
    wide = {f"LIMIT_{whose}_{what}": "1000000" for whose, what in limits}
    environment = {**os.environ, "PORT": str(PORT), "LOG_LEVEL": "WARNING", **wide}
    commands = {name: line for name, line in list_commands(PORT).items() if name in PROCESSES}
    started = [subprocess.Popen(line.split(), env=environment) for line in commands.values()]  # noqa: S603  # our own
    try:
        _wait_for_answer()
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def _wait_for_answer() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if requests.get(f"http://127.0.0.1:{PORT}/health/live", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise TimeoutError("The web process does not answer.")


def wait_until_followed(site: Site, patience: dt.timedelta) -> None:
    """Until nothing waits in the inbox, nor to be followed."""
    deadline = time.monotonic() + patience.total_seconds()
    query = "SELECT (SELECT count(*) FROM tracking_inboxitem) + (SELECT count(*) FROM subscribers_subscriberchange)"
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(query)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise TimeoutError("What was sent is not all followed.")
