"""Since when a segment is right, what keeping it right costs, and when time will next move somebody."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Least

from segments.definitions import read_log
from segments.live_rules import read_live_rules
from segments.models import Segment, SegmentDay
from segments.ordering import order_segments
from segments.refusals import read_state
from segments.rules import Rule
from segments.rules.messages import list_events
from segments.rules.next_turn import NextTurn
from segments.rules.windows import LATEST
from subscribers.models import Site, SubscriberChange
from tracking.models import InboxItem

QUERY_CANCELED = "57014"  # SQLSTATE (PostgreSQL, appendix A)
MOST_MS = 100  # to look for the next turn: what no index helps with is left unknown


@dataclass(frozen=True)
class Outlook:
    """`turns_at`: time changes nobody's answer before; None: never, unless it `is_known` to nobody."""

    turns_at: dt.datetime | None
    is_known: bool = True


@dataclass(frozen=True)
class Freshness:
    """`right_as_of`: the instant for which the members are right; None: they have never been worked out.

    `waits_since`: since when the oldest change of the site waits to be followed; None: none does. `asked_today`: how
    often somebody's answer was worked out anew on the site's present day, which took `took_today` in all.
    """

    right_as_of: dt.datetime | None
    waits_since: dt.datetime | None
    asked_today: int
    took_today: dt.timedelta
    outlook: Outlook

    @property
    def ms_per_thousand(self) -> float | None:
        """What asking about 1,000 people took today, in milliseconds."""
        return (
            1000 * (self.took_today / dt.timedelta(milliseconds=1)) / self.asked_today
            if self.asked_today
            else None
        )


def read_freshness(segment: Segment, *, now: dt.datetime) -> Freshness:
    waits_since = read_waiting([segment.site_id]).get(segment.site_id)
    today = SegmentDay.objects.filter(segment=segment, day=segment.site.find_day(now)).first()
    return Freshness(
        right_as_of=find_watermark(segment, waits_since, now=now),
        waits_since=waits_since,
        asked_today=today.looked_at if today else 0,
        took_today=dt.timedelta(microseconds=today.took_us if today else 0),
        outlook=find_next_turn(segment, now=now),
    )


def find_watermark(
    segment: Segment, waits_since: dt.datetime | None, *, now: dt.datetime
) -> dt.datetime | None:
    """A change that waits may concern the segment: it is right for the time before. A list is always right but for that."""
    mark = segment.refreshed_at if segment.is_live else now
    return min(mark, waits_since) if mark and waits_since else mark


def read_waiting(sites: Collection[int]) -> dict[int, dt.datetime]:
    """Since when something waits at each site where something does: a request in the inbox, or a change."""
    own = {"site": OuterRef("pk")}
    changes = SubscriberChange.objects.filter(**own).order_by("pk").values("changed_at")
    requests = InboxItem.objects.filter(**own, failed_at=None).order_by("pk").values("received_at")
    rows = Site.objects.filter(pk__in=sites).annotate(
        oldest=Least(
            Subquery(changes[:1]), Subquery(requests[:1])
        )  # PostgreSQL's LEAST leaves out what is NULL
    )
    return {pk: oldest for pk, oldest in rows.values_list("pk", "oldest") if oldest}


def find_next_turn(segment: Segment, *, now: dt.datetime) -> Outlook:
    """The first instant after `now` at which time alone may change anybody's answer, that of segments inside included."""
    if not segment.is_live:
        return Outlook(None)
    needed = Segment.objects.filter(pk__in=order_segments(segment.site, [segment.pk]))
    rules = read_live_rules(needed.select_related("live_version")).values()
    return search_next_turn(segment.site, [live.rule for live in rules], now=now)


def search_next_turn(site: Site, rules: Collection[Rule], *, now: dt.datetime) -> Outlook:
    """The first instant after `now` at which time alone may change anybody's answer to any of the rules."""
    names = {name for rule in rules for name in list_events(rule.root)}
    search = NextTurn(site.pk, now, site.zone, read_log(site, names))
    found = [at for rule in rules for at in search.list_instants(rule)]
    try:
        found += _ask(search, rules)
    except OperationalError as error:
        if read_state(error) != QUERY_CANCELED:
            raise
        return Outlook(None, is_known=False)
    return Outlook(min((at for at in found if at <= LATEST), default=None))


def _ask(search: NextTurn, rules: Collection[Rule]) -> list[dt.datetime]:
    turns = [turn for rule in rules for turn in search.list_turns(rule)]
    if not turns:
        return []
    statement = ", ".join(f"({turn.moment.text})" for turn in turns)
    values = [value for turn in turns for value in turn.moment.params]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(MOST_MS)])
        cursor.execute(f"SELECT {statement}", values)  # our own words; values are bound
        row = cursor.fetchone()
        transaction.set_rollback(True)  # and with it the limit
    return [turn.find_instant(moment) for turn, moment in zip(turns, row, strict=True) if moment is not None]
