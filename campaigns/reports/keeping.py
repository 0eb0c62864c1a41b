"""Figures that take a while are kept for a while, and say as of when they are."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from django.core.cache import cache

from campaigns.lift import Lift, measure_lift
from campaigns.models import Campaign
from campaigns.reports.lines import Line, report_segments
from campaigns.reports.report import CampaignReport, report_campaign
from segments.models import Segment
from subscribers.remembering import Remembered

T = TypeVar("T")

# What is asked for all the time takes no more than a twentieth of it.
SHARE_OF_TIME = 20
LEAST, MOST = dt.timedelta(seconds=2), dt.timedelta(minutes=1)
_LONG = 3600  # s; an old answer is shown while a new one is being worked out


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value that was right at `as_of`, and is good enough before `until`."""

    value: T
    as_of: dt.datetime
    until: dt.datetime


_REPORT = Remembered[Kept[CampaignReport]](Kept[CampaignReport])
_LINES = Remembered[Kept[list[Line]]](Kept[list[Line]])
_LIFT = Remembered[Kept[Lift | None]](Kept[Lift | None])


def recall(shape: Remembered[Kept[T]], key: str, make: Callable[[], T], *, now: dt.datetime) -> Kept[T]:
    """The kept value, or a new one; kept in proportion to how long it took.

    While somebody works out a new one, everybody else is shown the old.
    """
    kept = shape.recall(key)
    if kept is not None and (now < kept.until or not cache.add(f"{key}:busy", 1, MOST.total_seconds())):
        return kept
    began = monotonic()
    value = make()
    took = dt.timedelta(seconds=monotonic() - began)
    kept = Kept(value, now, now + min(max(SHARE_OF_TIME * took, LEAST), MOST))
    shape.keep(key, kept, _LONG)
    cache.delete(f"{key}:busy")
    return kept


def recall_report(
    campaign: Campaign, *, occurrence: int | None = None, now: dt.datetime
) -> Kept[CampaignReport]:
    """The report of a campaign or of one run, at most a minute old."""
    return recall(
        _REPORT,
        f"report:{campaign.pk}:{occurrence or 'all'}",
        lambda: report_campaign(campaign, occurrence=occurrence),
        now=now,
    )


def recall_segments(
    campaign: Campaign, segments: Sequence[Segment], *, occurrence: int | None = None, now: dt.datetime
) -> Kept[list[Line]]:
    """The report's lines for the members now of each segment, at most a minute old."""
    chosen = "-".join(str(segment.pk) for segment in segments)
    return recall(
        _LINES,
        f"report:{campaign.pk}:{occurrence or 'all'}:segments:{chosen}",
        lambda: report_segments(campaign, segments, occurrence=occurrence),
        now=now,
    )


def recall_lift(campaign: Campaign, *, now: dt.datetime) -> Kept[Lift | None]:
    """What difference the campaign makes over all its runs, at most a minute old; None where nobody is held out."""
    return recall(_LIFT, f"lift:{campaign.pk}", lambda: measure_lift(campaign, now=now), now=now)
