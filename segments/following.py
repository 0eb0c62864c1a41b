"""Live membership: after every change of the data, and as time passes, the members are again those that the rules give.

One round, in one transaction: take some of the changes that wait (subscribers/changes.py), add whom the clock concerns,
ask each live segment about the people that concern it, those first that others are built on, and write who entered and
left. One worker follows a site at a time, so nobody fights over a subscriber; one that is killed leaves all as it was.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import DatabaseError, OperationalError, connection, transaction

from segments.answers import Question, move_people
from segments.building import set_aside
from segments.definitions import compile_members, read_log
from segments.lists import keep_lists
from segments.live_rules import LiveRule, list_layers, read_live_rules
from segments.membership import Cause, Moves, note_days, pick_instant
from segments.models import Segment
from segments.refusals import explain_refusal, read_state
from segments.rewinding import rewind_ahead
from segments.rules import RuleError
from segments.rules.compiler import CompileContext
from segments.rules.turning import Turning
from segments.sweeping import MOST_ASKED, find_turned, is_due
from segments.touching import Asked, Touched
from segments.versions import wake_building
from subscribers.arrays import write_array
from subscribers.changes import PERSON
from subscribers.clocks import find_believed
from subscribers.commits import commit_lazily
from subscribers.database_zones import find_database_zone
from subscribers.models import Site, SubscriberChange

logger = logging.getLogger(__name__)

LOCK_SPACE = 0x1B0C8  # any number, as long as no other advisory lock of ours has it
MOST_CHANGES = 200  # in one round
LONGEST_MS = 20_000  # for one statement: others wait meanwhile
CANCELLED = "57014"  # SQLSTATE query_canceled, which a statement's time-out raises, too
# A worker gives way after this many rounds, so that it can be stopped in good time.
MOST_ROUNDS = 200

WRITE_WATERMARKS = """
UPDATE segments_segment AS segment SET
    asked_at = %s,
    refreshed_at = CASE WHEN swept.us IS NULL THEN segment.refreshed_at ELSE %s END,
    sweep_us = COALESCE(swept.us, segment.sweep_us)
FROM unnest(%s::bigint[], %s::bigint[]) AS swept (id, us) WHERE segment.id = swept.id
"""


@dataclass(frozen=True)
class Followed:
    """What was done: changes followed, people asked about (once for each segment), how many of them moved."""

    changes: int = 0
    asked: int = 0
    moved: int = 0

    def plus(self, other: "Followed") -> "Followed":
        return Followed(self.changes + other.changes, self.asked + other.asked, self.moved + other.moved)


def follow_site(site: Site, *, now: dt.datetime, thoroughly: bool = False) -> Followed:
    """Follow all that waits and all that time has changed up to `now`.

    If another worker has the site in hand, that one does it; `thoroughly` waits for it, and looks at the clock of every
    segment, so that all of them are right for `now`.
    """
    total = Followed()
    for _ in range(MOST_ROUNDS):
        try:
            done = _follow_round(site, now, thoroughly=thoroughly)
        except (
            OperationalError
        ) as error:  # a deadlock with another stage, a lost connection: nothing was written
            logger.warning("Site %s is followed later: %s", site.pk, type(error).__name__)
            if thoroughly:
                raise
            break
        if done is None:
            break
        total = total.plus(done)
        if done.changes < MOST_CHANGES:
            break
    return total


@transaction.atomic
def _follow_round(site: Site, now: dt.datetime, *, thoroughly: bool) -> Followed | None:
    """None: another worker has the site."""
    if not _take_site(site, wait=thoroughly):
        return None
    commit_lazily()
    _limit_time()
    changes = list(SubscriberChange.objects.filter(site=site).order_by("pk")[:MOST_CHANGES])
    everyone = Segment.objects.filter(site=site, kind=Segment.Kind.LIVE)
    rows = everyone.select_related("live_version").select_for_update(
        of=("self",), no_key=True, skip_locked=not thoroughly
    )
    segments = {segment.pk: segment for segment in rows.order_by("pk")}
    rewind_ahead(segments.values(), zone=find_database_zone(site.timezone), now=now)
    # However far ahead the clock was of whoever noted a change: it has happened by now.
    noted = [change.changed_at for change in changes]
    latest = find_believed(now, noted)
    happened_at = max([now, *(min(at, latest) for at in noted)])
    as_of = pick_instant(segments.values(), no_earlier_than=happened_at)
    busy = set(everyone.values_list("pk", flat=True)) - segments.keys()
    return _Round(site, as_of, segments, thoroughly=thoroughly).run(changes, busy)


def _take_site(site: Site, *, wait: bool) -> bool:
    """Held until the transaction ends, however it ends."""
    with connection.cursor() as cursor:
        function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
        cursor.execute(f"SELECT {function}(%s, %s)", [LOCK_SPACE, site.pk % 2**31])  # our own words
        (taken,) = cursor.fetchone()
    return wait or bool(taken)


def _limit_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MS)])


class _Round:
    """The segments at hand, all of them locked, and what has been found out so far."""

    def __init__(
        self, site: Site, as_of: dt.datetime, segments: dict[int, Segment], *, thoroughly: bool
    ) -> None:
        self.site, self.as_of, self.segments = site, as_of, segments
        self.zone = site.zone
        failed = {pk for pk, segment in segments.items() if segment.status == Segment.Status.FAILED}
        self.rules = read_live_rules(segments[pk] for pk in segments.keys() - failed)
        self.failed = failed
        self.log = read_log(site, {name for live in self.rules.values() for name in live.tested})
        self.thoroughly = thoroughly
        self.moves: dict[int, Moves] = {}
        self.swept: dict[int, int] = {}
        self.rebuild: set[int] = set()

    def run(self, changes: Sequence[SubscriberChange], busy: set[int]) -> Followed:
        touched = Touched(self.site, changes, self.as_of, self.log)
        self.moves = keep_lists(self.site, touched.people[PERSON], as_of=self.as_of)
        self.rebuild = {pk for pk, live in self.rules.items() if touched.concerns_all(pk, live.topics)}
        if touched.everyone:  # perhaps what was in the way is gone: an attribute has its type again
            self.rebuild |= self.failed
        for layer in list_layers(self.rules):
            self.moves |= self._follow_surely(layer, touched)
        self._write(changes, touched, busy)
        moved = sum(len(each.people) for each in self.moves.values())
        return Followed(len(changes), sum(each.looked_at for each in self.moves.values()), moved)

    def _follow_surely(self, layer: Mapping[int, LiveRule], touched: Touched) -> dict[int, Moves]:
        """All together, which is fast; if one of them cannot be followed, one by one, and that one is set aside."""
        try:
            with transaction.atomic():
                return self._follow(layer, touched)
        except (RuleError, DatabaseError):
            moves: dict[int, Moves] = {}
            for pk, live in layer.items():
                moves |= self._surely(pk, partial(self._follow, {pk: live}, touched))
            return moves

    def _follow(self, layer: Mapping[int, LiveRule], touched: Touched) -> dict[int, Moves]:
        """Those of the layer about whom nobody has to be asked are not among the moves."""
        questions: dict[int, Question] = {}
        for pk, live in layer.items():
            asked = self._find_asked(pk, live, touched)
            if len(asked) > MOST_ASKED:
                self.rebuild.add(pk)
            elif asked and pk not in self.rebuild:
                context = CompileContext(self.as_of, self.zone, self.log, people=write_array(asked))
                questions[pk] = Question(compile_members(self.site, live.rule, context), asked.causes)
        return move_people(questions, as_of=self.as_of) if questions else {}

    def _find_asked(self, pk: int, live: LiveRule, touched: Touched) -> Asked:
        """Whom the changes concern, the clock, and what moved in segments that this one is built on."""
        asked = touched.find_asked(pk, live)
        asked.add(self._sweep(pk, live), Cause.TIME)
        for other in live.needs & self.moves.keys():
            asked.add(self.moves[other].people, Cause.SEGMENT)
        return asked

    def _sweep(self, pk: int, live: LiveRule) -> Iterable[int]:
        segment = self.segments[pk]
        if segment.status != Segment.Status.READY or segment.refreshed_at is None:
            return ()
        if not self.thoroughly and not is_due(segment, self.as_of):
            return ()
        began = time.monotonic()
        turning = Turning(self.site.pk, segment.refreshed_at, self.as_of, self.zone, self.log)
        turned = find_turned(live.rule, turning)
        self.swept[pk] = round((time.monotonic() - began) * 1_000_000)
        return turned

    def _surely(self, pk: int, work: Callable[[], dict[int, Moves]]) -> dict[int, Moves]:
        """What is wrong with one segment keeps no other from being followed: it is set aside with the reason.

        One that takes too long is built whole, where nobody waits for it.
        """
        try:
            with transaction.atomic():
                return work()
        except RuleError as error:
            self._set_aside(pk, str(error))
        except DatabaseError as error:
            reason = explain_refusal(error)
            if read_state(error) == CANCELLED:
                logger.warning("Segment %s takes too long to follow; it is built anew", pk)
                self.rebuild.add(pk)
            elif reason is None:
                raise
            else:
                logger.exception("The database refuses the rule of segment %s", pk)
                self._set_aside(pk, reason)
        return {}

    def _list_put_off(self, changes: Sequence[SubscriberChange]) -> set[int]:
        """Segments that are built later instead: for an instant after these changes, though a clock there may lag."""
        if not changes:
            return set()
        ready = {pk for pk, segment in self.segments.items() if segment.status == Segment.Status.READY}
        return self.segments.keys() - ready | self.rebuild

    def _set_aside(self, pk: int, reason: str) -> None:
        set_aside(self.segments[pk], reason)
        self.swept.pop(pk, None)

    def _write(self, changes: Sequence[SubscriberChange], touched: Touched, busy: set[int]) -> None:
        note_days(self.moves, self.site.find_day(self.as_of))
        for pk in self.rebuild:
            self.swept.pop(pk, None)
        marked = sorted(
            self.swept.keys() | self.moves.keys() & self.rules.keys() | self._list_put_off(changes)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                WRITE_WATERMARKS, [self.as_of, self.as_of, marked, [self.swept.get(pk) for pk in marked]]
            )
        if self.rebuild:
            Segment.objects.filter(pk__in=self.rebuild).update(status=Segment.Status.BUILDING)
            wake_building()
        moved = {person for each in self.moves.values() for person in each.people}
        touched.keep_for(busy, moved, now=self.as_of)
        SubscriberChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
