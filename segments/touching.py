"""From the changes that wait to the people whom each segment must be asked about."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connection

from segments.live_rules import LiveRule
from segments.membership import Cause
from segments.rules.event_log import EventLog
from segments.rules.event_sql import EventCompiler
from segments.rules.sql import Fragment
from segments.rules.subqueries import Subqueries
from segments.rules.tested_events import TestedEvent
from segments.rules.windows import Bounds
from subscribers.arrays import write_array
from subscribers.changes import note_changes, note_for_everyone
from subscribers.models import Site, SubscriberChange

EVENT, SEGMENT, AGAIN = "event:", "segment:", "again:"


class Asked:
    """People to ask a segment about, each with the first thing that gave reason to."""

    def __init__(self) -> None:
        self.causes: dict[int, Cause] = {}

    def add(self, people: Iterable[int], cause: Cause) -> None:
        for person in people:
            self.causes.setdefault(person, cause)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.causes))

    def __len__(self) -> int:
        return len(self.causes)


class Touched:
    """Changes of one site, put together by topic."""

    def __init__(
        self, site: Site, changes: Sequence[SubscriberChange], as_of: dt.datetime, log: EventLog
    ) -> None:
        self.site, self.as_of, self.log = site, as_of, log
        self.everyone = {change.topic for change in changes if change.subscriber_ids is None}
        self.people: defaultdict[str, set[int]] = defaultdict(set)
        self.earliest: dict[str, dt.datetime] = {}
        for change in changes:
            self.people[change.topic].update(change.subscriber_ids or ())
            if change.earliest_at:
                self.earliest[change.topic] = min(
                    change.earliest_at, self.earliest.get(change.topic, change.earliest_at)
                )
        self._tested: dict[TestedEvent, set[int]] = {}

    def concerns_all(self, pk: int, topics: Collection[str]) -> bool:
        """Whether all people have to be asked, by a segment with this id that listens to these topics."""
        return bool(self.everyone & {*topics, f"{AGAIN}{pk}"})

    def find_asked(self, pk: int, live: LiveRule) -> Asked:
        asked = Asked()
        concerned = sorted(live.topics & self.people.keys())
        for topic in concerned:
            if topic.startswith(EVENT):
                asked.add(self._find_concerned(topic, live.tested[topic.removeprefix(EVENT)]), Cause.EVENT)
        for topic in concerned:
            if not topic.startswith(EVENT):
                cause = Cause.SEGMENT if topic.startswith(SEGMENT) else Cause.PROFILE
                asked.add(self.people[topic], cause)
        asked.add(self.people.get(f"{AGAIN}{pk}", ()), Cause.PROFILE)
        return asked

    def _find_concerned(self, topic: str, tests: frozenset[TestedEvent]) -> set[int]:
        """Who did such a thing; where every condition puts tests to it, who did one that passes those of some."""
        if not tests:
            return self.people[topic]
        return set().union(*(self._find_passing(topic, each) for each in tests))

    def _find_passing(self, topic: str, event: TestedEvent) -> set[int]:
        """Sought among all of their events since the first of the new ones: too many rather than too few."""
        if event not in self._tested:
            rows = Subqueries(people=write_array(self.people[topic]))
            compiler = EventCompiler(self.as_of, self.log, rows)
            since = Bounds(self.earliest.get(topic), self.as_of, lower_in=True)
            condition = compiler.select(event.name, since, event.tests)
            self._tested[event] = _select(rows.narrow(condition, "event")) if condition else set()
        return self._tested[event]

    def keep_for(self, busy: Collection[int], moved: Collection[int], *, now: dt.datetime) -> None:
        """Note everybody again for the segments that somebody else has in hand; `moved`: who changed segments since.

        Their rule may be another one when they are free, so whatever changed may concern them.
        """
        if not busy:
            return
        people = set(moved).union(*self.people.values())
        note_changes(self.site.pk, {f"{AGAIN}{pk}": people for pk in busy}, now=now)
        if self.everyone:
            note_for_everyone(self.site.pk, [f"{AGAIN}{pk}" for pk in busy], now=now)


def _select(rows: Fragment) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT event.subscriber_id FROM tracking_event AS event WHERE {rows.text}",  # noqa: S608  # values are bound
            rows.params,
        )
        return {pk for (pk,) in cursor.fetchall()}
