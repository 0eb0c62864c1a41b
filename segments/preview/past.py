"""How large an audience was on each of the past 30 days, as far as time and events decide who is in it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Min, OuterRef, Subquery

from segments.definitions import read_rule, select_subscribers
from segments.preview.answer import check_instant
from segments.preview.counting import SMALLEST_ESTIMATE, measure_site
from segments.preview.guard import Budget, PreviewTooSlow, guard_database
from segments.preview.margins import Size, estimate_count, round_figure
from segments.rules import Rule
from segments.rules.past import has_past
from segments.rules.windows import EARLIEST
from subscribers.models import Site
from tracking.log import find_log_start
from tracking.models import Event, EventType

DAYS = 30
NO_PAST = "What this rule asks for has no past that could be counted."
TOO_SLOW = "Counting the past days would take too long."


@dataclass(frozen=True)
class PastDay:
    at: dt.datetime
    count: int


@dataclass(frozen=True)
class PastSizes:
    """Yesterday and the days before it, the oldest first; fewer than 30 where time ran out, none where there is no past.

    All are counted as `now` is: of everybody (`exact`), or estimated from the same sample of people.
    """

    days: list[PastDay]
    now: int | None
    exact: bool
    as_large_on: int
    sentence: str


def read_past_sizes(site: Site, document: Any, *, as_of: dt.datetime) -> PastSizes:
    """Count a rule at the clock time of `as_of` on the past 30 days, as many as PREVIEW_PAST_MS allows.

    Those count who were there on that day. Attributes, devices and memberships are taken as they are now.
    Raises RuleError, PreviewBusy or PreviewImpossible.
    """
    check_instant(as_of, site.pk)
    rule = read_rule(site, document)
    if not has_past(rule):
        return _say_why_not(NO_PAST)
    days: list[PastDay] = []
    now, exact = None, True
    with guard_database(settings.PREVIEW_PAST_MS, quick=False) as budget:
        past = _Past(site, rule, budget)
        try:
            now, size = past.count_now(as_of)
            exact = size is None
            for instant in past.list_instants(as_of):
                count = past.count(instant, size)
                days.append(PastDay(instant, count))
        except PreviewTooSlow:
            pass  # what was counted until then is shown
    if now is None or not days:
        return _say_why_not(TOO_SLOW)
    as_large_on = sum(day.count >= now for day in days)
    return PastSizes(days[::-1], now, exact, as_large_on, describe_past(days, as_large_on, exact=exact))


@dataclass(frozen=True)
class _Past:
    site: Site
    rule: Rule
    budget: Budget

    def count(self, instant: dt.datetime, sample: Size | None, most_ms: float | None = None) -> int:
        """Of everybody, or estimated from the sample whose size is given."""
        people = select_subscribers(self.site, self.rule, as_of=instant, sampled=sample is not None)
        with self.budget.spend(most_ms):
            found = people.filter(created_at__lte=instant).count()
        return estimate_count(found, sample).count if sample else found

    def count_now(self, as_of: dt.datetime) -> tuple[int, Size | None]:
        """How many there are, and the sample's size if the days are to be estimated.

        They are where each would take more than its part of the time, and the audience is large enough.
        """
        try:
            return self.count(as_of, None, settings.PREVIEW_PAST_MS / (DAYS + 1)), None
        except PreviewTooSlow:
            size = measure_site(self.site, self.budget, fresh=False)
            estimate = self.count(as_of, size)
        if estimate >= SMALLEST_ESTIMATE:
            return estimate, size
        return self.count(as_of, None), None

    def list_instants(self, as_of: dt.datetime) -> Iterator[dt.datetime]:
        """Yesterday at this time on the site's clock, the day before, and so on, as far back as there are events."""
        oldest = Event.objects.filter(event_type=OuterRef("pk")).order_by("occurred_at").values("occurred_at")
        types = EventType.objects.filter(site=self.site).annotate(oldest=Subquery(oldest[:1]))
        with self.budget.spend():
            first = max(
                types.aggregate(first=Min("oldest"))["first"] or EARLIEST,
                find_log_start(self.site.pk) or EARLIEST,
            )
        here = as_of.astimezone(self.site.zone)
        for day in range(1, DAYS + 1):
            instant = (here - dt.timedelta(days=day)).astimezone(dt.UTC)
            if instant >= first:
                yield instant


def describe_past(days: list[PastDay], as_large_on: int, *, exact: bool) -> str:
    counts = [day.count if exact else round_figure(day.count) for day in days]
    span = "the past day" if len(days) == 1 else f"the past {len(days)} days"
    on = {0: "no day", 1: "1 day"}.get(as_large_on, f"{as_large_on} days")
    low, high = min(counts), max(counts)
    about = "" if exact else "about "
    sizes = f"{about}{low:,}" if low == high else f"between {about}{low:,} and {high:,}"
    return f"In {span} it was at least this large on {on} ({sizes} {'person' if high == 1 else 'people'})."


def _say_why_not(sentence: str) -> PastSizes:
    return PastSizes([], None, exact=True, as_large_on=0, sentence=sentence)
