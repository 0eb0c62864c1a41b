"""The report of a campaign: everybody accounted for, and what came of it, all about one instant."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.db import connection, transaction

from campaigns.models import Campaign, Delivery
from campaigns.reports.clicks import Clicks, count_clicks
from campaigns.reports.comparing import VersionVerdict, judge_versions
from campaigns.reports.conversions import CreditLine, Money, count_conversions, count_money
from campaigns.reports.figures import Broken, Figures, add_figures, read_figures
from campaigns.reports.lines import HourCount, Line, break_down, count_hours
from campaigns.reports.outcomes import Outcomes, count_outcomes
from campaigns.reports.rates import Rate, measure_rate


class ReasonCount(NamedTuple):
    """How many ended otherwise for one reason; `label` says it in plain words."""

    status: str
    reason: str
    label: str
    count: int  # type: ignore[assignment]  # a tuple's count() is of no use here


@dataclass(frozen=True, slots=True)
class Step:
    """How many of the audience came so far, and how many of those who were sent it (None before that)."""

    key: str
    label: str
    people: int
    of_audience: Rate
    of_sent: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport(Outcomes):
    """What came of one campaign, or of its run number `occurrence`. `total` are the figures of everybody."""

    occurrence: int | None
    reasons: list[ReasonCount]
    by_hour: list[HourCount]
    total: Figures
    funnel: list[Step]
    breakdowns: dict[str, list[Line]]
    clicks: list[Clicks]
    credits: list[CreditLine]
    money: Money
    verdicts: list[VersionVerdict]
    started_at: dt.datetime | None
    ended_at: dt.datetime | None


def report_campaign(campaign: Campaign, *, occurrence: int | None = None) -> CampaignReport:
    """The report over all runs, or of one."""
    with _see_one_instant():
        outcomes = count_outcomes([campaign], occurrence=occurrence)[campaign.pk]
        broken = read_figures(campaign, occurrence=occurrence)
        credited = count_conversions(campaign, occurrence=occurrence)
        money = count_money(campaign, occurrence=occurrence)
    lines = break_down(broken)
    total = add_figures([figures for _, figures in broken["outcome"]])
    return CampaignReport(
        **asdict(outcomes),
        occurrence=occurrence,
        reasons=_list_reasons(broken),
        by_hour=count_hours(broken),
        total=total,
        funnel=_make_funnel(outcomes, total),
        breakdowns=lines,
        clicks=count_clicks(campaign, broken),
        credits=credited,
        money=money,
        verdicts=judge_versions(campaign, lines["variant"]),
        started_at=campaign.launched_at,
        ended_at=campaign.finished_at,
    )


@contextmanager
def _see_one_instant() -> Iterator[None]:
    """Several statements that see the same, so that their sums fit; within a transaction that is its own business."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _list_reasons(broken: Broken) -> list[ReasonCount]:
    """Those that most ended for, first."""
    reasons = [
        ReasonCount(status, reason, str(Delivery.Reason(reason).label), figures.people)
        for (status, reason), figures in broken["outcome"]
        if reason
    ]
    return sorted(reasons, key=lambda line: (-line.count, line.reason))


def _make_funnel(outcomes: Outcomes, total: Figures) -> list[Step]:
    steps = (
        ("audience", "In the audience", outcomes.audience),
        ("sent", "Sent", outcomes.sent),
        ("displayed", "Displayed", outcomes.displayed),
        ("clicked", "Clicked", outcomes.clicked),
        ("converted", "Converted", total.converted),
    )
    return [
        Step(
            key,
            label,
            people,
            measure_rate(people, outcomes.audience),
            measure_rate(people, outcomes.sent) if key not in ("audience", "sent") else None,
        )
        for key, label, people in steps
    ]
