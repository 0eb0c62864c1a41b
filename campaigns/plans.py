"""A plan in numbers: what a dry run shows and a planned campaign leaves in the log."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from campaigns.models import Campaign, Delivery


class Decision(NamedTuple):
    """What planning decided for one person: due at an instant, or skipped for a reason."""

    subscriber_id: int
    due_at: dt.datetime | None
    timezone: str = ""
    timezone_is_site_default: bool = False
    reason: str = ""
    late: bool = False


class DueGroup(NamedTuple):
    """How many people are due at one instant; `timezone` is empty where local time plays no role."""

    due_at: dt.datetime
    timezone: str
    count: int  # type: ignore[assignment]  # a tuple's count() is of no use here


@dataclass(frozen=True, slots=True)
class Plan:
    """Who would be sent a campaign, and when: audience = planned + skipped."""

    audience: int
    planned: int
    skipped_by_reason: dict[str, int]
    by_due: list[DueGroup]
    site_zone_count: int
    remarks: list[str]


@dataclass(slots=True)
class Tally:
    """Counts decisions as they are made, in memory bounded by the number of time zones."""

    due: Counter[tuple[dt.datetime, str]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    site_zone_count: int = 0
    late_but_sent: int = 0

    def count(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            if decision.due_at is None:
                self.skipped[decision.reason] += 1
                continue
            self.due[decision.due_at, decision.timezone] += 1
            self.site_zone_count += decision.timezone_is_site_default
            self.late_but_sent += decision.late

    def to_plan(self, campaign: Campaign) -> Plan:
        planned, skipped = self.due.total(), self.skipped.total()
        return Plan(
            audience=planned + skipped,
            planned=planned,
            skipped_by_reason=dict(sorted(self.skipped.items())),
            by_due=[DueGroup(*due, count) for due, count in sorted(self.due.items())],
            site_zone_count=self.site_zone_count,
            remarks=self._make_remarks(campaign, planned, planned + skipped),
        )

    def _make_remarks(self, campaign: Campaign, planned: int, audience: int) -> list[str]:
        remarks = []
        if audience == 0:
            remarks.append("Nobody is in the audience.")
        elif planned == 0:
            remarks.append("Nobody in the audience can be sent this.")
        if self.site_zone_count:
            remarks.append(
                f"The time zone of {self.site_zone_count:,} {_people(self.site_zone_count)} is not known: "
                f"the site’s is used, {campaign.site.timezone}."
            )
        if self.late_but_sent:
            when = (
                "get it the next day at that time"
                if campaign.late_policy == Campaign.LatePolicy.NEXT_DAY
                else "get it right away"
            )
            remarks.append(
                f"Where {self.late_but_sent:,} {_people(self.late_but_sent)} are, that time has passed already: "
                f"they {when}."
            )
        if too_late := self.skipped[Delivery.Reason.TOO_LATE]:
            remarks.append(
                f"Where {too_late:,} {_people(too_late)} are, that time has passed already: they are left out."
            )
        return remarks


def _people(count: int) -> str:
    return "person" if count == 1 else "people"
