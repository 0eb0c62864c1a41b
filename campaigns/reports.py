"""What came of campaigns, counted from their deliveries: audience = waiting + sent + failed + expired + skipped."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncHour

from campaigns.models import Campaign, Delivery

Status = Delivery.Status
_HANDED_OVER = (Status.SENT, Status.DISPLAYED, Status.CLICKED)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Numbers of people. `sent` counts all that were handed over, `displayed` and `clicked` are parts of it."""

    audience: int
    waiting: int
    sent: int
    displayed: int
    clicked: int
    failed: int
    expired: int
    skipped: int

    @property
    def display_rate(self) -> float:
        """Displayed of those sent, from 0 to 1."""
        return self.displayed / self.sent if self.sent else 0.0

    @property
    def click_rate(self) -> float:
        """Clicked of those sent, from 0 to 1."""
        return self.clicked / self.sent if self.sent else 0.0


class ReasonCount(NamedTuple):
    """How many ended otherwise for one reason; `label` says it in plain words."""

    status: str
    reason: str
    label: str
    count: int  # type: ignore[assignment]  # a tuple's count() is of no use here


class HourCount(NamedTuple):
    """How many were sent and how many clicked within an hour."""

    hour: dt.datetime
    sent: int
    clicked: int


@dataclass(frozen=True, slots=True)
class CampaignReport(Outcomes):
    """What came of one campaign."""

    reasons: list[ReasonCount]
    by_hour: list[HourCount]
    started_at: dt.datetime | None
    ended_at: dt.datetime | None


def report_campaign(campaign: Campaign) -> CampaignReport:
    """The report of one campaign, over all its occurrences."""
    groups = (
        Delivery.objects.filter(campaign=campaign)
        .values("status", "reason", sent_hour=TruncHour("sent_at"), clicked_hour=TruncHour("clicked_at"))
        .annotate(count=Count("subscriber_id"))
        .values_list("status", "reason", "sent_hour", "clicked_hour", "count")
    )
    statuses: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    sent: Counter[dt.datetime] = Counter()
    clicked: Counter[dt.datetime] = Counter()
    for status, reason, sent_hour, clicked_hour, count in groups:
        statuses[status] += count
        if reason:
            reasons[status, reason] += count
        if status in _HANDED_OVER and sent_hour:
            sent[sent_hour] += count
        if status == Status.CLICKED and clicked_hour:
            clicked[clicked_hour] += count
    return CampaignReport(
        **asdict(Outcomes(**_count(statuses))),
        reasons=_sort_reasons(reasons),
        by_hour=[HourCount(hour, sent[hour], clicked[hour]) for hour in sorted(sent.keys() | clicked.keys())],
        started_at=campaign.launched_at,
        ended_at=campaign.finished_at,
    )


def count_outcomes(campaigns: Iterable[Campaign]) -> dict[int, Outcomes]:
    """The numbers of several campaigns, by their ids, in one query."""
    statuses: dict[int, Counter[str]] = {campaign.pk: Counter() for campaign in campaigns}
    groups = Delivery.objects.filter(campaign__in=list(statuses)).values("campaign_id", "status")
    counted = groups.annotate(count=Count("subscriber_id"))
    for campaign_id, status, count in counted.values_list("campaign_id", "status", "count"):
        statuses[campaign_id][status] += count
    return {campaign_id: Outcomes(**_count(counter)) for campaign_id, counter in statuses.items()}


def _count(statuses: Counter[str]) -> dict[str, int]:
    """The fields of Outcomes."""
    clicked = statuses[Status.CLICKED]
    displayed = statuses[Status.DISPLAYED] + clicked
    return {
        "audience": statuses.total(),
        "waiting": statuses[Status.PLANNED] + statuses[Status.SENDING],
        "sent": statuses[Status.SENT] + displayed,
        "displayed": displayed,
        "clicked": clicked,
        "failed": statuses[Status.FAILED],
        "expired": statuses[Status.EXPIRED],
        "skipped": statuses[Status.SKIPPED],
    }


def _sort_reasons(reasons: Counter[tuple[str, str]]) -> list[ReasonCount]:
    return [
        ReasonCount(status, reason, Delivery.Reason(reason).label, count)
        for (status, reason), count in reasons.most_common()
    ]
