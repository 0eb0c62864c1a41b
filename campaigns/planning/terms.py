"""All that decides on a run apart from its people: read once, then asked for each of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.assignment import Version, is_under_test, list_versions
from campaigns.caps import Cap, list_caps
from campaigns.holdouts import read_control_percent
from campaigns.models import Campaign, Delivery, SendingPolicy
from campaigns.quiet import find_end, read_policy
from campaigns.schedule import choose_zone, find_due, find_hour_after, is_by_local_time
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
    def winner(self) -> str:
        """The letter of the version that everybody gets; empty: the one drawn for them."""
        return self.campaign.winner

    def find_slot(self, timezone: str, *, awaits_winner: bool = False) -> Slot:
        """When somebody with that time zone is due."""
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
    due = find_due(terms.campaign, terms.day, chosen.zone, now=terms.as_of)
    at, reason = due.at, due.reason
    if awaits_winner and not reason and terms.test_ends_at is not None and at < terms.test_ends_at:
        at = terms.test_ends_at
        if is_by_local_time(terms.campaign) and terms.day and terms.campaign.local_time:
            at = find_hour_after(at, terms.day, terms.campaign.local_time, chosen.zone)
    quiet_until = None if reason else find_end(terms.quiet, at, chosen.zone)
    deferred = quiet_until is not None
    if quiet_until is not None and terms.quiet is not None:
        if terms.quiet.quiet_action == SendingPolicy.QuietAction.DEFER:
            at = quiet_until
        else:
            reason, deferred = Delivery.Reason.QUIET_HOURS, False
    return Slot(at, chosen.zone.key, chosen.is_site_default, reason, due.late, deferred)
