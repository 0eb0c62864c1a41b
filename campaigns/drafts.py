"""Drafts made from other campaigns."""

from django.contrib.auth.models import User
from django.db import transaction

from campaigns.models import Campaign

COPIED = (
    "site", "title", "body", "icon_url", "image_url", "link_url", "actions", "audience_at", "schedule",
    "send_at", "local_date", "local_time", "late_policy", "late_limit_minutes", "ttl", "urgency",
)  # fmt: skip


@transaction.atomic
def duplicate_campaign(campaign: Campaign, *, created_by: User | None) -> Campaign:
    """A new draft with the same message, audience and schedule; nothing of what came of the first."""
    suffix = " (copy)"
    copy = Campaign(
        name=campaign.name[: 128 - len(suffix)] + suffix,
        created_by=created_by,
        **{field: getattr(campaign, field) for field in COPIED},
    )
    copy.save()
    copy.include_segments.set(campaign.include_segments.all())
    copy.exclude_segments.set(campaign.exclude_segments.all())
    return copy
