"""Campaigns in the admin: written, tested, launched, watched and reported by people who never see JSON."""

from campaigns.admin.campaign import CampaignAdmin
from campaigns.admin.policy import SendingPolicyAdmin

__all__ = ["CampaignAdmin", "SendingPolicyAdmin"]
