"""A site's sending policy, and what a campaign makes of it, in plain words."""

import datetime as dt
from collections.abc import Iterable

from campaigns.goals import describe_goal
from campaigns.models import Campaign, FrequencyCap, SendingPolicy
from subscribers.spans import describe_span

QUIET_ENDS = {
    SendingPolicy.QuietAction.DEFER: "what is due then is sent when they end",
    SendingPolicy.QuietAction.SKIP: "whoever is due then is left out",
}


def describe_cap(limit: int, window: dt.timedelta) -> str:
    """“At most 2 pushes within 1 day”."""
    return f"At most {limit:,} {'push' if limit == 1 else 'pushes'} within {describe_span(window)}"


def describe_policy(policy: SendingPolicy | None, caps: Iterable[FrequencyCap]) -> list[str]:
    """What holds for all campaigns of a site, a line each."""
    lines = [f"{describe_cap(cap.limit, cap.window)} to one person." for cap in caps]
    lines = lines or ["No limit on how many pushes a person gets."]
    if policy is None or policy.quiet_from is None or policy.quiet_until is None:
        lines.append("No quiet hours.")
    else:
        ends = QUIET_ENDS[SendingPolicy.QuietAction(policy.quiet_action)]
        hours = f"{policy.quiet_from:%H:%M} to {policy.quiet_until:%H:%M}"
        lines.append(f"Quiet hours from {hours} on each person’s own clock: {ends}.")
    if policy and policy.holdout_percent:
        lines.append(
            f"A control group: {policy.holdout_percent} % of all people, drawn by lot, get no campaign."
        )
    if policy and policy.throttle_per_minute:
        lines.append(f"At most {policy.throttle_per_minute:,} pushes a minute, of all campaigns together.")
    if policy and policy.approval_above is not None:
        which = f"to more than {policy.approval_above:,} people" if policy.approval_above else "to anybody"
        lines.append(f"Campaigns {which} need a second person’s approval.")
    return lines


def summarize_limits(campaign: Campaign) -> str:
    """What a campaign decides about limits, in a line."""
    parts = {
        Campaign.CapBy.SITE: "The site’s limits",
        Campaign.CapBy.OWN: describe_cap(campaign.cap_limit, campaign.cap_window),
        Campaign.CapBy.NONE: "No limit",
    }
    words = [parts[Campaign.CapBy(campaign.cap_by)]]
    if campaign.quiet_hours == Campaign.QuietHours.IGNORE:
        words.append("at any hour")
    if not campaign.counts_towards_caps:
        words.append("does not count towards limits")
    if campaign.priority != Campaign.Priority.NORMAL:
        words.append(f"{Campaign.Priority(campaign.priority).label.lower()} priority")
    if campaign.throttle_per_minute:
        words.append(f"at most {campaign.throttle_per_minute:,} a minute")
    return ", ".join(words)


def summarize_goal(campaign: Campaign) -> str:
    """What counts as a conversion of a campaign, in a line."""
    if not campaign.goal:
        return "None yet: conversions are not counted"
    return f"People who {describe_goal(campaign.goal)}"
