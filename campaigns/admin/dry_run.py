"""A dry run in words, rows and shapes: what the page of a launch shows of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from campaigns.admin.dry_run_chart import HoursAhead, draw_hours_ahead
from campaigns.admin.wording import describe_day
from campaigns.experiments.ahead import can_test_ahead
from campaigns.models import Campaign, Delivery, DryRun
from subscribers.timezones import load_zone

OUTCOMES = {
    "planned": "Will be sent",
    "deferred": "Sent when their quiet hours end",
    "awaits_winner": "Wait for the winner",
}


@dataclass(frozen=True)
class Line:
    """A row with its number; `share` of the audience in per cent, `x` where its piece of the bar begins."""

    key: str
    label: str
    count: int
    share: float
    x: float = 0.0


@dataclass(frozen=True)
class ZoneLine:
    """How many people of a time zone are due, and when on their own clocks; `share` of the largest zone."""

    zone: str
    count: int
    when: str
    share: float


@dataclass(frozen=True)
class DryRunWords:
    """Ready figures: audience = planned + every skipped line. `ahead`: the offer to try the versions a day ahead."""

    audience: int
    planned: int
    outcomes: list[Line]
    notes: list[Line]
    versions: list[Line]
    hours: HoursAhead | None
    zones: list[ZoneLine]
    warnings: list[str]
    day: str
    ahead: str


def describe_dry_run(dry_run: DryRun, campaign: Campaign) -> DryRunWords | None:
    """None as long as it is not ready."""
    summary: dict[str, Any] | None = dry_run.summary
    if dry_run.status != DryRun.Status.READY or summary is None:
        return None
    return DryRunWords(
        audience=summary["audience"],
        planned=summary["planned"],
        outcomes=_list_outcomes(summary),
        notes=_list_notes(summary),
        versions=_list_versions(summary),
        hours=draw_hours_ahead(summary["by_hour"], campaign.site.clock_name),
        zones=_list_zones(summary),
        warnings=_list_warnings(summary),
        day=describe_day(dt.date.fromisoformat(summary["day"])) if summary["day"] else "",
        ahead=_offer_ahead(summary, campaign, dry_run.as_of),
    )


def list_reasons(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """What became of somebody, to choose from: the planned, and each reason that occurs."""
    found = {"planned": True, "deferred": summary["deferred"], "awaits_winner": summary["awaiting_winner"]}
    planned = [(key, label) for key, label in OUTCOMES.items() if found[key]]
    return planned + [(reason, _label(reason)) for reason in summary["by_reason"]]


def label_outcome(reason: str, *, deferred: bool, awaits_winner: bool) -> str:
    """What a launch would mean for one person, in words."""
    if reason:
        return _label(reason)
    return OUTCOMES["awaits_winner" if awaits_winner else "deferred" if deferred else "planned"]


def _label(reason: str) -> str:
    return str(Delivery.Reason(reason).label)


def _list_outcomes(summary: dict[str, Any]) -> list[Line]:
    """The sum that is the audience: those who would be sent it, then the skipped, most first."""
    reasons = sorted(summary["by_reason"].items(), key=lambda item: -item[1])
    rows = [("planned", OUTCOMES["planned"], summary["planned"])]
    rows += [(reason, _label(reason), count) for reason, count in reasons if count]
    lines, x = [], 0.0
    for key, label, count in rows:
        share = 100 * count / summary["audience"] if summary["audience"] else 0.0
        lines.append(Line(key, label, count, round(share, 3), round(x, 3)))
        x += share
    return lines


def _list_notes(summary: dict[str, Any]) -> list[Line]:
    """Who of those who would be sent it gets it at another time than the rest."""
    rows = (("awaits_winner", summary["awaiting_winner"]), ("deferred", summary["deferred"]))
    return [Line(key, OUTCOMES[key], count, 0.0) for key, count in rows if count]


def _list_versions(summary: dict[str, Any]) -> list[Line]:
    by_variant: dict[str, int] = summary["by_variant"]
    if len(by_variant) < 2:
        return []
    total = sum(by_variant.values()) or 1
    return [
        Line(letter, f"Version {letter}", count, round(100 * count / total, 1))
        for letter, count in by_variant.items()
    ]


def _offer_ahead(summary: dict[str, Any], campaign: Campaign, as_of: dt.datetime) -> str:
    """What trying the versions a day ahead would change, where not all who try them are due in time; “”: no offer."""
    if summary["tested_in_time"] >= summary["tested"] or not can_test_ahead(campaign, now=as_of):
        return ""
    if campaign.local_date is None or campaign.local_time is None:
        return ""
    day = describe_day(campaign.local_date - dt.timedelta(days=1))
    return (
        f"The versions can be tried one day ahead instead: on {day} at {campaign.local_time:%H:%M} on each person’s own "
        "clock. Then it is that hour for those who try them before the winner is decided, and the others get the winner "
        f"on {describe_day(campaign.local_date)}."
    )


def _list_zones(summary: dict[str, Any]) -> list[ZoneLine]:
    most = max((zone["people"] for zone in summary["by_zone"]), default=1)
    return [
        ZoneLine(
            zone["zone"], zone["people"], _describe_span(zone), max(1, round(100 * zone["people"] / most))
        )
        for zone in summary["by_zone"]
    ]


def _describe_span(zone: dict[str, Any]) -> str:
    """On the zone's own clock: one time, or from the first to the last."""
    clock = load_zone(zone["zone"])
    first, last = (
        dt.datetime.fromisoformat(zone[key]).astimezone(clock) for key in ("first_due_at", "last_due_at")
    )
    shown = f"{first.day} {first:%b, %H:%M}"
    if first == last:
        return shown
    return (
        f"{shown} to {last:%H:%M}"
        if first.date() == last.date()
        else f"{shown} to {last.day} {last:%b, %H:%M}"
    )


def _list_warnings(summary: dict[str, Any]) -> list[str]:
    missing = [
        f"“{item['key']}” is not known of {item['people']:,} {'person' if item['people'] == 1 else 'people'} "
        "who would get this, and the text says nothing in its place. Give it a default."
        for item in summary["missing"]
    ]
    changes = [change["sentence"] for change in summary["clock_changes"]]
    return [*summary["remarks"], *missing, *changes]
