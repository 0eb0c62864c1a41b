"""One batch after the other from the inbox to membership, and where the time goes."""

import datetime as dt
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from bench.membership.visitors import Visitors
from segments.following import Followed, follow_site
from subscribers.models import Site
from tracking.draining import drain_inbox
from tracking.ingestion import store_envelopes
from tracking.operations import Envelope

EVENTS = 1000
# The first that matches tells what a statement is for.
STAGES = (
    ("whom the clock concerns", r"AS turned \(id\)"),
    ("ask the segments, write who moved", r"\) AS members|INTO segments_membership "),
    ("ask the segments, write who moved", r"SELECT event\.subscriber_id FROM tracking_event"),
    ("summaries", r"INTO tracking_eventsummary"),
    ("events", r"tracking_event |tracking_propertyvalue"),
    ("people and profiles", r"subscribers_subscriber\W|subscribers_identity"),
    ("notes of what changed", r"subscribers_subscriberchange"),
)


@dataclass
class Batch:
    """Seconds from the inbox to the log, and from there to membership; by stage, the database's share of both."""

    drained: float
    followed: float
    asked: int
    moved: int
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return self.drained + self.followed


def run_batches(site: Site, visitors: Visitors, number: int, *, start: dt.datetime) -> Iterator[Batch]:
    """Each with 1,000 events, each event a request of its own, two seconds after the one before."""
    for index in range(number):
        now = start + dt.timedelta(seconds=2 * index)
        people = visitors.draw_people(EVENTS)
        envelopes = [
            Envelope.model_validate(
                {
                    "kind": "anonymous",
                    "value": str(person.browser),
                    "source": "sdk",
                    "context": {"timezone": person.timezone, "language": person.language},
                    "operations": [visitors.draw_operation(now)],
                }
            )
            for person in people
        ]
        store_envelopes(site, envelopes, now=now)
        yield _run(site, now)


def _run(site: Site, now: dt.datetime) -> Batch:
    stages: defaultdict[str, float] = defaultdict(float)
    with _watch(stages):
        began = time.perf_counter()
        drain_inbox(now=now)
        drained = time.perf_counter()
        done: Followed = follow_site(site, now=now)
        ended = time.perf_counter()
    batch = Batch(drained - began, ended - drained, done.asked, done.moved, dict(stages))
    batch.stages["Python and all else"] = batch.total - sum(stages.values())
    return batch


@contextmanager
def _watch(stages: defaultdict[str, float]) -> Iterator[None]:
    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            stages[_name_stage(sql)] += time.perf_counter() - began

    with connection.execute_wrapper(note):
        yield


def _name_stage(sql: str) -> str:
    return next((stage for stage, pattern in STAGES if re.search(pattern, sql)), "all other statements")


def find_medians(batches: Sequence[Batch]) -> dict[str, float]:
    """Seconds for each stage, in the median batch."""
    names = {name: None for stage, _ in STAGES for name in [stage]} | {
        "all other statements": None,
        "Python and all else": None,
    }
    return {name: statistics.median(each.stages.get(name, 0.0) for each in batches) for name in names}
