"""A second pair of eyes: who asked for it, who gave it, and to what."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign


class CampaignApproval(models.Model):
    """A request that waits, or an approval that was given. That it no longer holds is not written: its digest tells."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="approvals")
    # Nobody: a run that came due asked, or it was approved unasked.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    digest = models.CharField(
        max_length=64, blank=True, default="", help_text="Of all that decides what is sent to whom"
    )
    people = models.PositiveIntegerField(default=0, help_text="How many it was to go to when it was approved")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(approved_at=None), name="one_waiting_request_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None) | ~Q(digest=""), name="approval_says_what_was_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"{'Approval' if self.approved_at else 'Request for approval'} of {self.campaign_id}"
