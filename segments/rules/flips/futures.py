"""What is to come for one subscriber if nothing else happens: their events coming into windows and going again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from zoneinfo import ZoneInfo

from segments.rules.comparing import holds_any
from segments.rules.comparisons import EventTests
from segments.rules.facts import EventFacts, SubscriberFacts
from segments.rules.flips.moments import list_json_spans, moves_on
from segments.rules.flips.spans import Span, intersect
from segments.rules.flips.stays import find_stay
from segments.rules.paths import find_values
from segments.rules.windows import Window

Stay = tuple[EventFacts, Iterable[Span]]  # an event, and when it counts


@dataclass(frozen=True)
class Future:
    """One subscriber from `as_of` (UTC) on; `zone` is the site's."""

    facts: SubscriberFacts
    as_of: dt.datetime
    zone: ZoneInfo

    def list_events(self, name: str) -> list[EventFacts]:
        """In the order in which they happen; some may be ahead."""
        return self._events.get(name, [])

    def list_moments(self, name: str) -> list[dt.datetime]:
        """The same as instants, with what is remembered of those that the log has forgotten."""
        forgotten = self.facts.forgotten.get(name)
        ends = [forgotten.first_at, forgotten.last_at] if forgotten else []
        return sorted(ends + [event.occurred_at for event in self.list_events(name)])

    def count_forgotten(self, name: str, within: Window | None, where: EventTests) -> int:
        """How many count besides those that `list_stays` gives, and always will."""
        forgotten = self.facts.forgotten.get(name)
        return forgotten.count if forgotten and within is None and not where else 0

    def list_stays(self, name: str, within: Window | None, where: EventTests) -> Iterator[Stay]:
        """The events that count at `as_of` or later, each with the spans in which it does."""
        still = [test for test in where if not moves_on(test)]
        moving = [test for test in where if moves_on(test)]
        for event in self.list_events(name):
            stay = find_stay(within, event.occurred_at, self.zone)
            if stay is None or stay[1] <= self.as_of:
                continue
            if all(
                holds_any(test, find_values(event.properties, test.property), self.as_of) for test in still
            ):
                spans: Iterable[Span] = (stay,)
                for test in moving:
                    raws = find_values(event.properties, test.property)
                    spans = intersect(spans, list_json_spans(test, raws, self.as_of))
                yield event, spans

    @cached_property
    def _events(self) -> dict[str, list[EventFacts]]:
        groups = defaultdict(list)
        for event in sorted(self.facts.events, key=attrgetter("occurred_at")):
            groups[event.name].append(event)
        return groups
