"""A week and more in the life of a site: after every step, every live segment has exactly the members its rule gives."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from django.db import connection
from pytest_django import Settings

from segments.building import build_waiting
from segments.following import follow_site
from segments.models import Segment
from tests.chance import draw_numbers
from tests.factories import NOW
from tests.parity.laws import Look
from tests.parity.living import Segments
from tests.parity.test_parity import ASKED
from tests.parity.world import World

# With commits, as it is in life: within one long transaction rows that change often become slow.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LENGTH = dt.timedelta(days=7)
STEPS = 40
SEEDS = draw_numbers(max(2, ASKED // 100))
# Around the instants that random rules name, and around nights in which clocks are changed.
BEGINNINGS = (
    NOW - dt.timedelta(days=4),
    dt.datetime(2026, 10, 22, 9, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 29, tzinfo=dt.UTC),
)
STEP_LENGTHS = tuple(
    dt.timedelta(seconds=seconds) for seconds in (1, 1800, 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
LATENESS = dt.timedelta(hours=10)
# How much is taken at a time, how many are asked one by one, how many are listed: so much that nothing is special,
# or so little that there are many rounds, and that segments are built anew instead.
LIMITS = ((200, 20_000, 20_000), (10, 12, 6))


class Simulation:
    def __init__(self, number: int) -> None:
        self.random = Random(number)
        self.number = number
        self.world = World(self.random, begins_at=BEGINNINGS[number % len(BEGINNINGS)])
        self.segments = Segments(self.world, number, how_many=6)
        self.skew = dt.timedelta(0)
        self.checked = 0

    def run(self) -> None:
        self.world.look_back()
        ends_at = self.world.now + LENGTH
        for step in itertools.count():
            if step >= STEPS and self.world.now >= ends_at:
                break
            self.take_step(step)
        self.check(self.settle(thoroughly=True), "the end", thoroughly=True)

    def take_step(self, number: int) -> None:
        self.world.journal.clear()
        self.world.pass_time(self.pick_length())
        doings = [self.world.happen] * self.random.choice([0, 1, 2, 5])
        for rate, rarer in (
            (0.15, self.segments.edit),
            (0.2, self.segments.change_list),
            (0.1, self.world.forget),
        ):
            doings += [rarer] if self.random.random() < rate else []
        self.random.shuffle(doings)
        for happens in doings:
            happens()
        # The machine of a worker may lag behind that which took an event in.
        self.skew = dt.timedelta(milliseconds=self.random.choice([0, 0, 0, 25]))
        thoroughly = self.random.random() < 0.4
        self.check(self.settle(thoroughly=thoroughly), f"step {number}", thoroughly=thoroughly)

    def pick_length(self) -> dt.timedelta:
        """Often to the very instant at which something is so many hours old, or a microsecond to either side of it."""
        edges = [at for at in self.world.list_edges() if self.world.now < at < self.world.now + LATENESS]
        if edges and self.random.random() < 0.4:
            return self.random.choice(edges) - self.world.now
        return self.random.choice(STEP_LENGTHS) * self.random.random()

    def settle(self, *, thoroughly: bool) -> Look:
        """What the workers do, now and then so slowly that what waits to be built goes on waiting.

        Meanwhile somebody else may have segments in hand.
        """
        site, now = self.world.site, self.world.now - self.skew
        busy = self.pick_busy() if not thoroughly else frozenset()
        with hold_segments(busy):
            if thoroughly or self.random.random() < 0.7:
                build_waiting(now=now)
            follow_site(site, now=now, thoroughly=thoroughly)
        for _ in range(10 if thoroughly else 0):
            if not Segment.objects.filter(status=Segment.Status.BUILDING).exists():
                break
            build_waiting(now=now)
            follow_site(site, now=now, thoroughly=True)
        return Look(site, now, busy)

    def pick_busy(self) -> frozenset[int]:
        live = list(
            Segment.objects.filter(kind=Segment.Kind.LIVE).order_by("pk").values_list("pk", flat=True)
        )
        return frozenset(self.random.sample(live, k=self.random.choice([0, 0, 1, 4])))

    def check(self, look: Look, when: str, *, thoroughly: bool) -> None:
        wrongs = [*look.list_wrongs(), *(look.list_late() if thoroughly else ())]
        self.checked += len(look.list_right())
        heading = f"simulation {self.number}, {when}, zone {look.site.timezone}, busy: {sorted(look.busy)}"
        assert not wrongs, "\n".join([heading, *self.world.journal, "", *wrongs])


@contextmanager
def hold_segments(ids: frozenset[int]) -> Iterator[None]:
    """As another worker does that builds them."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM segments_segment WHERE id = ANY(%s) FOR NO KEY UPDATE", [list(ids)])
        yield
        other.rollback()
    finally:
        other.close()


@pytest.mark.law
@pytest.mark.parametrize("number", SEEDS)
def test_members_are_those_that_the_rules_give_after_every_step(
    number: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVENT_RETENTION_WEEKS = 1
    at_a_time, most_asked, most_listed = LIMITS[number % 2]
    monkeypatch.setattr("segments.following.MOST_CHANGES", at_a_time)
    monkeypatch.setattr("segments.following.MOST_ASKED", most_asked)
    monkeypatch.setattr("segments.sweeping.MOST_ASKED", most_asked)
    monkeypatch.setattr("segments.building.MOST_LISTED", most_listed)
    simulation = Simulation(number)

    simulation.run()

    assert simulation.checked > 5 * STEPS, "most segments were right, so that something was checked"
