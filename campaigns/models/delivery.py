"""What became of each person in each run of a campaign."""

from typing import ClassVar

from django.db import models

from campaigns.models.campaign import Campaign
from campaigns.models.occurrence import Batch
from subscribers.models import Subscriber

_SKIPPED = (
    "excluded", "never_subscribed", "unsubscribed", "control_group", "holdout", "frequency_cap", "quiet_hours",
    "too_late", "left_audience", "merged", "cancelled", "rendering",
)  # fmt: skip
# Whom no message could be put together for failed until that was called what it is: nothing was tried.
_FAILED = ("gone", "too_large", "rejected", "endpoint_refused", "rendering", "bad_keys")


class Delivery(models.Model):
    """What became of one person in one occurrence of a campaign: exactly one row each, by its primary key."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Waiting"  # in a batch, due or not yet; also between retries
        SENDING = "sending", "Being sent"  # claimed; handed to the push service or about to be
        SENT = "sent", "Sent"  # the push service took it (201 or 202)
        DISPLAYED = "displayed", "Displayed"  # the device showed it
        CLICKED = "clicked", "Clicked"  # the person clicked it or one of its buttons
        FAILED = "failed", "Failed"  # terminal, with a reason
        EXPIRED = "expired", "Expired"  # terminal: could not be handed over while it was worth sending
        SKIPPED = "skipped", "Skipped"  # terminal: never tried, with a reason

    class Reason(models.TextChoices):
        # skipped
        EXCLUDED = "excluded", "In a segment that was left out"
        NEVER_SUBSCRIBED = "never_subscribed", "Never allowed notifications"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed from notifications"
        CONTROL_GROUP = "control_group", "In the site's control group"
        HOLDOUT = "holdout", "Held out of this campaign"
        FREQUENCY_CAP = "frequency_cap", "Got enough pushes lately"
        QUIET_HOURS = "quiet_hours", "It was in their quiet hours"
        TOO_LATE = "too_late", "Their local time had passed"
        LEFT_AUDIENCE = "left_audience", "No longer in the segment when it was their turn"
        MERGED = "merged", "Turned out to be somebody else in the audience"
        CANCELLED = "cancelled", "The campaign was cancelled"
        RENDERING = "rendering", "The message could not be put together for them"
        # failed
        GONE = "gone", "The device is gone"
        TOO_LARGE = "too_large", "The message is too large for the push service"
        REJECTED = "rejected", "The push service refused the message"
        ENDPOINT_REFUSED = "endpoint_refused", "The device's address is not one of a known push service"
        BAD_KEYS = "bad_keys", "The device's keys are not valid"
        # expired
        TTL = "ttl", "Could not be handed over in time"

    pk = models.CompositePrimaryKey("campaign_id", "occurrence", "subscriber_id")
    # Without constraints in the database: a million rows are written at once. Their run must exist (migration 0005).
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="deliveries"
    )
    occurrence = models.PositiveIntegerField(default=1, help_text="Which run of the campaign, from 1")
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, db_constraint=False, related_name="deliveries"
    )
    batch = models.ForeignKey(
        Batch,
        null=True,
        db_constraint=False,
        db_index=False,
        on_delete=models.SET_NULL,
        related_name="deliveries",
    )
    variant = models.CharField(max_length=1, default="A", help_text="The version drawn for this person")
    device_id = models.UUIDField(
        null=True, help_text="The PushSubscription that took it; of several the first"
    )
    status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")
    timezone = models.CharField(
        max_length=64, blank=True, default="", help_text="The zone its due time was computed in"
    )
    timezone_is_site_default = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    deferred = models.BooleanField(default=False, help_text="Moved to the end of their quiet hours")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    displayed_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    clicked_action = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["planned", "sending", "sent", "displayed", "clicked"], reason=""
                )
                | models.Q(status="skipped", reason__in=_SKIPPED)
                | models.Q(status="failed", reason__in=_FAILED)
                | models.Q(status="expired", reason="ttl"),
                name="delivery_ended_otherwise_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["sent", "displayed", "clicked"])
                | models.Q(sent_at__isnull=False),
                name="delivered_has_its_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["planned", "sending"])
                | models.Q(batch__isnull=False, due_at__isnull=False),
                name="open_delivery_is_in_a_batch",
            ),
        ]
        # None on what changes while a push is sent, so that those changes touch no index.
        indexes: ClassVar = [models.Index(fields=["batch"], name="delivery_batch")]

    def __str__(self) -> str:
        return f"{self.campaign_id} to {self.subscriber_id}: {self.status}"
