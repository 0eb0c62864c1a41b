"""What a launch would do, worked out beforehand."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from campaigns.models.campaign import Campaign


class DryRun(models.Model):
    """The latest dry run of a campaign: its progress, then its figures. Whom it concerns is worked out when looked at."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being worked out"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be worked out"

    campaign = models.OneToOneField(
        Campaign, on_delete=models.CASCADE, primary_key=True, related_name="latest_dry_run"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    as_of = models.DateTimeField(help_text="The instant of the launch that it supposes")
    looked_at = models.PositiveIntegerField(default=0, help_text="How many people so far")
    total = models.PositiveIntegerField(default=0, help_text="Of how many, about")
    summary = models.JSONField(null=True)
    failure = models.CharField(max_length=300, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(status="ready") | models.Q(summary__isnull=False),
                name="ready_dry_run_has_its_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"Dry run of {self.campaign_id}"
