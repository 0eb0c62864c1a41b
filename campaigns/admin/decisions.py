"""What a marketer has decided about a campaign, line by line; what is as usual is left out."""

from campaigns.admin import wording
from campaigns.admin.policy_wording import describe_policy, summarize_goal, summarize_limits
from campaigns.assignment import list_versions
from campaigns.models import Campaign, FrequencyCap, SendingPolicy
from subscribers.spans import describe_span


def list_decisions(campaign: Campaign) -> list[tuple[str, str]]:
    """Name and words of each decision, in the order of the form."""
    lines = [
        ("Versions", _describe_versions(campaign)),
        ("Winner", _describe_winner(campaign)),
        ("Audience", wording.describe_audience(campaign)),
        ("Held out", f"{campaign.holdout_percent} %, drawn by lot" if campaign.holdout_percent else ""),
        ("Audience settled", campaign.get_audience_at_display()),
        ("When", wording.describe_schedule(campaign)),
        ("Where that time has passed", wording.describe_late_policy(campaign)),
        ("Goal", summarize_goal(campaign) if campaign.goal else ""),
        ("Limits", summarize_limits(campaign)),
        ("Of the site", _describe_site(campaign)),
        ("Goes to", campaign.get_devices_display()),
        ("Try for", wording.describe_ttl(campaign.ttl)),
        ("Urgency", campaign.get_urgency_display()),
    ]
    return [(label, words) for label, words in lines if words]


def _describe_site(campaign: Campaign) -> str:
    """What holds for all campaigns of the site, if anything was settled."""
    caps = FrequencyCap.objects.filter(site=campaign.site_id).order_by("window")
    policy = SendingPolicy.objects.filter(site=campaign.site_id).first()
    return " ".join(describe_policy(policy, caps)) if policy or caps else ""


def _describe_versions(campaign: Campaign) -> str:
    versions = list_versions(campaign)
    total = sum(version.weight for version in versions)
    shares = [f"{version.letter} {100 * version.weight / total:.3g} %" for version in versions]
    return ", ".join(shares) if len(versions) > 1 else ""


def _describe_winner(campaign: Campaign) -> str:
    if not campaign.winner_by:
        return ""
    tried = f"tried on {campaign.test_percent} % first"
    if campaign.winner_by == Campaign.WinnerBy.HAND:
        return f"You choose it; {tried}"
    until = f"for {describe_span(campaign.test_duration)}"
    if campaign.test_ahead:
        until = "one day ahead at the same local hour"
    if campaign.test_sample:
        until += f" or until {campaign.test_sample:,} got it"
    undecided = campaign.get_undecided_display().lower()
    return f"{campaign.get_winner_by_display()}; {tried}, {until}. If none is clearly better: {undecided}"
