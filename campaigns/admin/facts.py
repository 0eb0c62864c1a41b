"""What was decided about a campaign before it was launched, in words."""

from collections.abc import Iterator

from campaigns.admin import wording
from campaigns.goals import describe_counting
from campaigns.models import Campaign


def list_facts(campaign: Campaign) -> list[tuple[str, str]]:
    """What each is called, and what was chosen; what was left as it is for everybody is left out."""
    facts = [
        ("When", wording.describe_schedule(campaign)),
        ("Where that time has passed", wording.describe_late_policy(campaign)),
        ("Audience", wording.describe_audience(campaign)),
        ("Settled", campaign.get_audience_at_display()),
        ("Goes to", campaign.get_devices_display()),
        *_list_limits(campaign),
        *_list_aims(campaign),
        ("Try for", wording.describe_ttl(campaign.ttl)),
        ("Urgency", campaign.get_urgency_display()),
        ("Written by", campaign.created_by.get_username() if campaign.created_by else ""),
    ]
    moments = (("Launched", campaign.launched_at), ("Finished", campaign.finished_at))
    zone = campaign.site.timezone
    facts += [(label, wording.describe_moment(at, zone)) for label, at in moments if at is not None]
    return [(label, words) for label, words in facts if words]


def _list_limits(campaign: Campaign) -> Iterator[tuple[str, str]]:
    if campaign.cap_by == Campaign.CapBy.OWN:
        window = wording.describe_span(campaign.cap_window)
        yield "Limit", f"At most {campaign.cap_limit:,} of any campaigns within {window}"
    if campaign.cap_by == Campaign.CapBy.NONE:
        yield "Limit", campaign.get_cap_by_display()
    if campaign.quiet_hours == Campaign.QuietHours.IGNORE:
        yield "Quiet hours", campaign.get_quiet_hours_display()
    if campaign.priority != Campaign.Priority.NORMAL:
        yield "Priority", campaign.get_priority_display()
    if campaign.throttle_per_minute:
        yield "Pace", f"At most {campaign.throttle_per_minute:,} a minute"


def _list_aims(campaign: Campaign) -> Iterator[tuple[str, str]]:
    if campaign.goal:
        yield "Goal", describe_counting(campaign)
    if campaign.holdout_percent:
        yield "Held out", f"{campaign.holdout_percent} % are not sent it, to see what difference it makes"
