"""The figures of a dry run, as they are stored (DryRun.summary) and given out. Instants are ISO 8601 in UTC."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypedDict

from campaigns.planning.decisions import Decision


class HourCount(TypedDict):
    """How many people are due within one hour of UTC."""

    hour: str
    people: int


class ZoneCount(TypedDict):
    """How many people of one time zone are due, and when the first and the last of them are."""

    zone: str
    people: int
    first_due_at: str
    last_due_at: str


class DueCount(TypedDict):
    """How many people of one time zone are due at one instant; `local` is what their clocks show then."""

    due_at: str
    zone: str
    local: str
    people: int


class MissingAttribute(TypedDict):
    """How many of those who would get the message lack what its texts say about them, with nothing in its place."""

    key: str
    people: int


class ClockChange(TypedDict):
    """A wall time that clocks skip or show twice on that day: for whom, and when they are due instead."""

    kind: str  # skipped | twice
    zones: list[str]
    people: int
    sentence: str


class Summary(TypedDict):
    """All that a dry run found. audience = planned + all in by_reason; planned counts those deferred or waiting, too.

    `by_variant` counts those who get the version that is drawn for them: with those who wait for the winner, they are
    the planned. `tested_in_time` are those of the `tested` who are due before the winner is decided.
    """

    as_of: str
    day: str | None
    test_ends_at: str | None
    audience: int
    planned: int
    deferred: int
    late: int
    awaiting_winner: int
    tested: int
    tested_in_time: int
    site_zone_count: int
    by_reason: dict[str, int]
    by_variant: dict[str, int]
    by_hour: list[HourCount]
    by_zone: list[ZoneCount]
    by_due: list[DueCount]
    missing: list[MissingAttribute]
    clock_changes: list[ClockChange]
    problems: list[str]
    remarks: list[str]


@dataclass(slots=True)
class Tally:
    """Counts decisions as they are made, in memory bounded by the number of time zones.

    `variants` are those who get a version drawn for them; who waits for the winner gets that. `in_time` are those of them
    who are due before it is decided.
    """

    test_ends_at: dt.datetime | None = None

    reasons: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    in_time: Counter[str] = field(default_factory=Counter)
    due: Counter[tuple[dt.datetime, str]] = field(default_factory=Counter)
    deferred: int = 0
    late: int = 0
    awaiting_winner: int = 0
    site_zone_count: int = 0

    def count(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            if decision.reason or decision.due_at is None:
                self.reasons[decision.reason] += 1
                continue
            if not decision.awaits_winner:
                self.variants[decision.variant] += 1
                if self.test_ends_at is not None and decision.due_at < self.test_ends_at:
                    self.in_time[decision.variant] += 1
            self.due[decision.due_at, decision.timezone] += 1
            self.deferred += decision.deferred
            self.late += decision.late
            self.awaiting_winner += decision.awaits_winner
            self.site_zone_count += decision.timezone_is_site_default

    @property
    def tested(self) -> int:
        """Who tries the versions, where others wait for the winner."""
        return self.variants.total() if self.awaiting_winner else 0

    @property
    def planned(self) -> int:
        return self.due.total()

    @property
    def audience(self) -> int:
        return self.planned + self.reasons.total()
