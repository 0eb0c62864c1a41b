"""Quiet hours: the part of the day, on each subscriber's own clock, in which nobody is disturbed."""

import datetime as dt
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, SendingPolicy
from campaigns.schedule import resolve_local_time

_ONE_DAY = dt.timedelta(days=1)
_DAYS_AHEAD = 7  # an end that is quiet itself comes with a change of the clocks, never on many days in a row


def read_policy(campaign: Campaign) -> SendingPolicy | None:
    """The policy whose quiet hours a campaign keeps to; None if there are none, or it is sent at any hour."""
    if campaign.quiet_hours == Campaign.QuietHours.IGNORE:
        return None
    policy: SendingPolicy | None = getattr(campaign.site, "sending_policy", None)
    return policy if policy and policy.quiet_from else None


def find_end(policy: SendingPolicy | None, at: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """When the quiet hours that `at` falls into end on a clock in `zone`, in UTC; None if it is not in them.

    They begin with `quiet_from` and end before `quiet_until`, which may be on the next day. An end that the clocks
    skip is the first instant after the gap.
    """
    if policy is None or policy.quiet_from is None or policy.quiet_until is None:
        return None
    if not _is_quiet(at.astimezone(zone).time(), policy.quiet_from, policy.quiet_until):
        return None
    end = at
    for _ in range(_DAYS_AHEAD):
        end = _find_next(policy.quiet_until, end, zone)
        if not _is_quiet(end.astimezone(zone).time(), policy.quiet_from, policy.quiet_until):
            break
    return end


def _is_quiet(clock: dt.time, start: dt.time, end: dt.time) -> bool:
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def _find_next(time: dt.time, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first instant after `after` at which clocks show `time`, or would but for a gap."""
    day = after.astimezone(zone).date()
    while (at := resolve_local_time(day, time, zone)) <= after:
        # Set back between the two, clocks show it again.
        again = dt.datetime.combine(day, time, zone).replace(fold=1).astimezone(dt.UTC)
        if again > after:
            return again
        day += _ONE_DAY
    return at
