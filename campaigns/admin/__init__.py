"""Campaigns in the admin: written, tested, launched, watched and reported by people who never see JSON."""

from campaigns.admin.campaign import CampaignAdmin

__all__ = ["CampaignAdmin"]
