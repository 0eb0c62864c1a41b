"""What is allowed, and may still be a slip: said before the launch, keeps nobody from it."""

import datetime as dt
import math
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from campaigns.assignment import list_versions
from campaigns.goals import remark_on_goal
from campaigns.models import Campaign, SendingPolicy
from campaigns.quiet import find_end, read_policy
from campaigns.schedule import is_by_local_time
from subscribers.contacts import find_contact_problem

_UTC = ZoneInfo("UTC")
# Half of those who click is a usual difference between two versions; with fewer people even that is down to chance.
_USUAL_RATE, _USUAL_GAIN = 0.05, 0.5
_Z_ALPHA, _Z_POWER = 1.96, 0.84  # 5 % false alarms, 80 % of real differences found


def list_hints(campaign: Campaign, *, tested: int | None = None) -> list[str]:
    """A sentence for each thing in a campaign's settings that is worth a second look.

    `tested` is how many people the versions are tried on, where that is known.
    """
    return [
        *_hint_at_contact(campaign),
        *_hint_at_quiet_hours(campaign),
        *_hint_at_test(campaign, tested),
        *_hint_at_limits(campaign),
        *(remark_on_goal(campaign) if campaign.goal is not None else ()),
    ]


def _hint_at_contact(campaign: Campaign) -> Iterator[str]:
    """Said of sites that were set up before their address was looked at so closely."""
    if problem := find_contact_problem(campaign.site.contact_email):
        yield f"The site’s contact: {problem} Until it is changed on the site’s page, Apple’s devices get nothing."


def count_needed() -> int:
    """How many people each version needs for a difference of half as many clicks again to be seen, of 5 in 100."""
    first, second = _USUAL_RATE, _USUAL_RATE * (1 + _USUAL_GAIN)
    spread = first * (1 - first) + second * (1 - second)
    needed = (_Z_ALPHA + _Z_POWER) ** 2 * spread / (second - first) ** 2
    return int(math.ceil(needed / 100) * 100)


def _hint_at_quiet_hours(campaign: Campaign) -> Iterator[str]:
    """The local time chosen lies within the quiet hours: of everybody, since both are on each one's own clock."""
    policy = read_policy(campaign)
    if policy is None or campaign.local_time is None or not is_by_local_time(campaign):
        return
    # The clocks of UTC are never changed, so any day shows what holds on most days everywhere.
    at = dt.datetime.combine(dt.date(2026, 1, 15), campaign.local_time.replace(tzinfo=None), dt.UTC)
    end = find_end(policy, at, _UTC)
    if end is None:
        return
    if policy.quiet_action == SendingPolicy.QuietAction.SKIP:
        yield f"{campaign.local_time:%H:%M} is in the site’s quiet hours: everybody is left out."
    else:
        yield (
            f"{campaign.local_time:%H:%M} is in the site’s quiet hours: nobody gets it before {end:%H:%M}. "
            "Choose a later time, or let this campaign go out at any hour."
        )


def _hint_at_test(campaign: Campaign, tested: int | None) -> Iterator[str]:
    versions = list_versions(campaign)
    if not campaign.winner_by or not versions[1:]:
        return
    if campaign.test_percent == 100 and campaign.schedule != Campaign.Schedule.RECURRING:
        yield (
            "The versions are tried on everybody, so nobody is left to get the winner. Try them on fewer per cent."
        )
    if tested is None:
        return
    rarest = min(version.weight for version in versions) / sum(version.weight for version in versions)
    fewest, needed = int(tested * rarest), count_needed()
    if fewest < needed:
        yield (
            f"Only about {fewest:,} people try the version that is tried least: hardly enough to tell which is better. "
            f"With {needed:,} for each, one that is clicked half as often again would stand out. Try them on more per cent."
        )


def _hint_at_limits(campaign: Campaign) -> Iterator[str]:
    if campaign.schedule != Campaign.Schedule.RECURRING or campaign.cap_by != Campaign.CapBy.OWN:
        return
    gap = {
        Campaign.Repeats.DAILY: dt.timedelta(days=1),
        Campaign.Repeats.WEEKLY: dt.timedelta(days=7) / max(len(campaign.weekdays), 1),
    }.get(Campaign.Repeats(campaign.repeats), dt.timedelta(days=28))
    if campaign.counts_towards_caps and campaign.cap_window > gap * campaign.cap_limit:
        yield "It repeats more often than its own limit allows: people who got it lately are left out of some runs."
