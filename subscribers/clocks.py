"""Machines' clocks, against the one that all of them share: the database's.

Whatever a job writes down as “right until then” is believed by everybody after it. So a machine whose clock is off does
no job; and what one left behind nevertheless, further ahead than any clock may be, is not believed.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

NOTED_FOR = dt.timedelta(minutes=10)
LONGEST_JOB = dt.timedelta(hours=2)

_NOTE = """
INSERT INTO subscribers_astrayclock AS known (machine, ahead_seconds, noted_at)
VALUES (%s, %s, clock_timestamp())
ON CONFLICT (machine) DO UPDATE SET ahead_seconds = excluded.ahead_seconds, noted_at = excluded.noted_at
"""
_LIST = """
SELECT machine, ahead_seconds FROM subscribers_astrayclock WHERE noted_at > clock_timestamp() - make_interval(secs => %s) ORDER BY machine
"""


class AstrayClock(NamedTuple):
    """A machine that was refused a job lately, and how far its clock was ahead (less than nothing: behind)."""

    machine: str
    ahead: dt.timedelta


class ClockError(Exception):
    """This machine's clock is off, and nothing should be written down by it."""


def measure_lead() -> dt.timedelta:
    """How far this machine's clock is ahead of the database's, at least; less than nothing: behind."""
    before = timezone.now()
    theirs = read_database_clock()
    after = timezone.now()
    return (
        min(before - theirs, after - theirs, key=abs) if theirs < before or theirs > after else dt.timedelta()
    )


def read_database_clock() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def find_tolerance() -> dt.timedelta:
    """So far may a clock be off."""
    return dt.timedelta(seconds=settings.CLOCK_TOLERANCE_SECONDS)


def is_astray(lead: dt.timedelta) -> bool:
    return abs(lead) > find_tolerance()


def read_clock() -> dt.datetime:
    """Now, for a job that somebody starts by hand. Raises ClockError if this machine does not know."""
    lead = measure_lead()
    if is_astray(lead):
        raise ClockError(f"This machine's clock is {say_lead(lead)}. Set it first.")
    return timezone.now()


def find_latest(now: dt.datetime) -> dt.datetime:
    """The latest instant that another machine can have taken for now: ours may be behind, and that one ahead."""
    return now + 2 * find_tolerance()


def find_believed(now: dt.datetime, marks: Iterable[dt.datetime]) -> dt.datetime:
    """Up to when these instants, noted as past, are believed. `now` may have been read a while ago, by a job that is long."""
    latest = find_latest(now)
    if max(marks, default=latest) <= latest:
        return latest
    theirs = read_database_clock()
    if abs(theirs - now) < LONGEST_JOB:
        return find_latest(max(now, theirs))
    return now + LONGEST_JOB  # a time of its own, as in a replay: there is no other clock to go by


def note_astray(machine: str, lead: dt.timedelta) -> None:
    """For whoever asks how we are."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [machine[:253], lead.total_seconds()])


def note_agrees(machine: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM subscribers_astrayclock WHERE machine = %s", [machine[:253]])


def list_astray() -> list[AstrayClock]:
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [NOTED_FOR.total_seconds()])
        return [AstrayClock(machine, dt.timedelta(seconds=ahead)) for machine, ahead in cursor.fetchall()]


def say_lead(lead: dt.timedelta) -> str:
    """“86,400 s ahead of the database’s”."""
    return f"{abs(lead).total_seconds():,.0f} s {'ahead of' if lead > dt.timedelta() else 'behind'} the database’s"
