"""All that decides on a run apart from its people: read once, then asked for each of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from campaigns.assignment import Version, is_under_test, list_versions
from campaigns.caps import Cap, list_caps
from campaigns.holdouts import read_control_percent
from campaigns.models import Campaign, Delivery, SendingPolicy
from campaigns.quiet import find_end, read_policy
from campaigns.recurrence import list_days
from campaigns.schedule import (
    ChosenZone,
    Due,
    choose_zone,
    find_due,
    find_hour_after,
    is_by_local_time,
    resolve_local_time,
)
from subscribers.timezones import is_timezone


@dataclass(frozen=True, slots=True)
class Slot:
    """When the people of one time zone are due; with a reason, when they would have been."""

    due_at: dt.datetime
    timezone: str
    timezone_is_site_default: bool
    reason: str = ""
    late: bool = False
    deferred: bool = False
    awaits_winner: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one run. `test_ends_at` is known as soon as it is known who is tested first."""

    campaign: Campaign
    number: int
    day: dt.date | None
    as_of: dt.datetime
    versions: Sequence[Version]
    quiet: SendingPolicy | None
    control_percent: int
    caps: Sequence[Cap]
    is_test: bool
    test_ends_at: dt.datetime | None = None
    slots: dict[tuple[str, bool], Slot] = field(default_factory=dict, repr=False)  # as far as asked for

    @property
    def tests_ahead(self) -> bool:
        """Whether whoever tries the versions gets theirs at the same local hour of the day before."""
        return self.is_test and self.campaign.test_ahead and self.campaign.schedule == Campaign.Schedule.LOCAL

    @property
    def winner(self) -> str:
        """The letter of the version that everybody gets; empty: the one drawn for them."""
        return self.campaign.winner

    def find_slot(self, timezone: str, *, awaits_winner: bool = False) -> Slot:
        """When somebody with that time zone is due; `awaits_winner`: if they are not among those tested."""
        known = timezone if is_timezone(timezone) else ""  # not as many slots as strangers make up names
        slot = self.slots.get((known, awaits_winner))
        if slot is None:
            slot = self.slots[known, awaits_winner] = _make_slot(self, known, awaits_winner)
        return slot


def read_terms(
    campaign: Campaign,
    *,
    number: int,
    day: dt.date | None,
    as_of: dt.datetime,
    test_ends_at: dt.datetime | None = None,
) -> Terms:
    """The terms of a run of a campaign, as they are in the database now."""
    versions = list_versions(campaign)
    return Terms(
        campaign=campaign,
        number=number,
        day=day,
        as_of=as_of,
        versions=versions,
        quiet=read_policy(campaign),
        control_percent=read_control_percent(campaign.site_id),
        caps=list_caps(campaign),
        is_test=is_under_test(campaign, versions),
        test_ends_at=test_ends_at,
    )


def _make_slot(terms: Terms, timezone: str, awaits_winner: bool) -> Slot:
    chosen = choose_zone(timezone, terms.campaign.site.timezone)
    if terms.tests_ahead and not awaits_winner:
        return _make_slot_ahead(terms, timezone, chosen)
    due = _leave_to_next_run(
        terms, find_due(terms.campaign, terms.day, chosen.zone, now=terms.as_of), chosen.zone
    )
    later = _find_instant_after_test(terms, due, chosen.zone) if awaits_winner else None
    slot = Slot(
        due_at=later or due.at,
        timezone=chosen.zone.key,
        timezone_is_site_default=chosen.is_site_default,
        reason=due.reason,
        late=due.late,
        awaits_winner=later is not None,
    )
    return slot if due.reason else _keep_quiet(terms, slot, chosen.zone)


def _make_slot_ahead(terms: Terms, timezone: str, chosen: ChosenZone) -> Slot:
    """A day ahead; where that has passed already, nobody tries the versions: they wait as the others do."""
    if terms.day is not None and terms.campaign.local_time is not None:
        day_before = terms.day - dt.timedelta(days=1)
        at = resolve_local_time(day_before, terms.campaign.local_time, chosen.zone)
        if at >= terms.as_of:
            return _keep_quiet(terms, Slot(at, chosen.zone.key, chosen.is_site_default), chosen.zone)
    return terms.find_slot(timezone, awaits_winner=True)


def _leave_to_next_run(terms: Terms, due: Due, zone: ZoneInfo) -> Due:
    """Whoever is late for a run, and would get it together with the next one, gets the next one alone."""
    moved = due.late and terms.campaign.late_policy == Campaign.LatePolicy.NEXT_DAY
    if moved and _has_own_run(terms, due.at, zone):
        return Due(due.at, Delivery.Reason.TOO_LATE, late=True)
    return due


def _find_instant_after_test(terms: Terms, due: Due, zone: ZoneInfo) -> dt.datetime | None:
    """When those who wait for the winner are due; None: they would get it together with the next run, so do not wait."""
    campaign, ends_at = terms.campaign, terms.test_ends_at
    if ends_at is None or due.reason or due.at >= ends_at:
        return due.at
    if not is_by_local_time(campaign) or terms.day is None or campaign.local_time is None:
        return ends_at
    at = find_hour_after(ends_at, terms.day, campaign.local_time, zone)
    return None if _has_own_run(terms, at, zone) else at


def _has_own_run(terms: Terms, at: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether a later run of the same campaign is due there and on that day, too."""
    if terms.campaign.schedule != Campaign.Schedule.RECURRING or terms.day is None:
        return False
    day = at.astimezone(zone).date()
    return day in list_days(terms.campaign, terms.day, day)


def _keep_quiet(terms: Terms, slot: Slot, zone: ZoneInfo) -> Slot:
    ends_at = find_end(terms.quiet, slot.due_at, zone)
    if ends_at is None or terms.quiet is None:
        return slot
    if terms.quiet.quiet_action == SendingPolicy.QuietAction.SKIP:
        return replace(slot, reason=Delivery.Reason.QUIET_HOURS)
    return replace(slot, due_at=ends_at, deferred=True)
