"""What to do first on a new installation, with what is done already ticked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """`link` is the name of the admin page where it is done, `permission` what that takes, `key` what it is about."""

    title: str
    text: str
    is_done: bool
    link: str
    permission: str
    key: int | None = None


def list_steps(
    *, site: int | None, has_events: bool, is_reachable: bool, has_segments: bool, has_campaigns: bool
) -> list[Step]:
    """The way from nothing to a first campaign; empty once all of it is done. `site` is the key of any site."""
    lines_at, lines_need = ("site_change", "view_site") if site else ("site_add", "add_site")
    steps = [
        Step("Add your website", "Its address, its time zone and who answers for it.", bool(site), "subscribers_site_add", "subscribers.add_site"),
        Step("Paste two lines into its pages", "Your site’s page shows them, with its key. Visits then appear here.", has_events, f"subscribers_{lines_at}", f"subscribers.{lines_need}", site),
        Step("Let visitors allow notifications", "The first device that subscribes makes somebody reachable.", is_reachable, "subscribers_subscriber_changelist", "subscribers.view_subscriber"),
        Step("Build a segment", "Choose who belongs to it by what they did and who they are.", has_segments, "segments_segment_add", "segments.add_segment"),
        Step("Write a campaign", "A message, a segment and a time. Nothing goes out before you launch it.", has_campaigns, "campaigns_campaign_add", "campaigns.add_campaign"),
    ]  # fmt: skip
    return [] if all(step.is_done for step in steps) else steps
