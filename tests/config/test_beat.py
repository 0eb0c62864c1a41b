"""Beat goes on in good time after its clock was a day ahead."""

import datetime as dt
from typing import Any

import pytest
from celery.beat import event_t
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config import beat
from config.beat import SteadyScheduler
from config.celery import app
from subscribers.clocks import find_tolerance

pytestmark = pytest.mark.django_db(transaction=True)  # it closes its connections

A_DAY = dt.timedelta(days=1)


def read_waits(scheduler: SteadyScheduler) -> dict[str, float]:
    """How long each job waits for its next turn, in seconds."""
    return {name: entry.is_due().next for name, entry in scheduler.schedule.items()}


def read_heap(scheduler: SteadyScheduler) -> list[Any]:
    """What is next, soonest first."""
    return list(scheduler.__dict__["_heap"])


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> SteadyScheduler:
    made = SteadyScheduler(app=app)
    monkeypatch.setattr(made, "apply_entry", lambda *_args, **_kwargs: None)
    return made


def test_the_clock_that_runs_is_this_one() -> None:
    assert app.conf.beat_scheduler == "config.beat:SteadyScheduler"


@pytest.mark.parametrize("ahead", [A_DAY, dt.timedelta(minutes=10), 400 * A_DAY])
def test_what_was_last_done_in_a_time_that_has_not_come_waits_no_longer_than_usual(
    scheduler: SteadyScheduler, ahead: dt.timedelta
) -> None:
    PeriodicTask.objects.update(last_run_at=timezone.now() + ahead)
    later = SteadyScheduler(app=scheduler.app)

    waits = read_waits(later)

    assert waits["Drain the inbox"] <= 5
    assert waits["Follow live segments"] <= 1
    assert all(wait <= A_DAY.total_seconds() for wait in waits.values())


def test_what_was_done_moments_ahead_is_left_as_it_is(scheduler: SteadyScheduler) -> None:
    at = timezone.now() + find_tolerance() / 2
    PeriodicTask.objects.update(last_run_at=at)
    later = SteadyScheduler(app=scheduler.app)

    read_waits(later)

    assert {entry.last_run_at for entry in later.schedule.values()} == {at}


def test_a_clock_that_is_put_back_while_beat_runs_holds_nothing_up(
    scheduler: SteadyScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler.tick()
    heap = read_heap(scheduler)
    tomorrow = [event_t(each.time + A_DAY.total_seconds(), each.priority, each.entry) for each in heap]
    monkeypatch.setattr(scheduler, "_heap", tomorrow)
    real = beat.read_offset()
    monkeypatch.setattr(beat, "read_offset", lambda: real - A_DAY.total_seconds())

    assert scheduler.tick() <= 1
    first = min(each.time for each in read_heap(scheduler))
    assert first < tomorrow[0].time - A_DAY.total_seconds() / 2


def test_a_tick_that_nobody_takes_is_thrown_away_but_not_for_clocks_that_are_right_enough(
    scheduler: SteadyScheduler,
) -> None:
    apart = 2 * find_tolerance().total_seconds()
    ours = {name: scheduler.schedule[name] for name in settings.CELERY_BEAT_SCHEDULE}

    spare = {name: entry.options["expires"] - entry.schedule.seconds for name, entry in ours.items()}

    assert set(spare.values()) == {apart}
