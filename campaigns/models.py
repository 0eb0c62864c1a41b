"""Who is sent what and when, and what came of it."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from segments.models import Segment
from subscribers.models import Site, Subscriber

_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2999, 12, 31)
_DAY_HINT = "Choose a day in the years from 2000 to 2999."
# These days can be read on every clock on earth; the calendar's very first and last cannot.
DAY_VALIDATORS = (MinValueValidator(_FIRST_DAY, _DAY_HINT), MaxValueValidator(_LAST_DAY, _DAY_HINT))
_MOMENT_VALIDATORS = (
    MinValueValidator(dt.datetime.combine(_FIRST_DAY, dt.time.min, dt.UTC), _DAY_HINT),
    MaxValueValidator(dt.datetime.combine(_LAST_DAY, dt.time.max, dt.UTC), _DAY_HINT),
)


class Campaign(models.Model):
    """One message, its audience and its schedule."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"  # being written; nothing is planned
        SCHEDULED = "scheduled", "Scheduled"  # launched, waits for the instant at which it is planned
        RUNNING = "running", "Running"  # planned; deliveries are due now or later
        PAUSED = "paused", "Paused"  # planned, nothing is claimed until it is resumed
        FINISHED = "finished", "Finished"  # every delivery has its outcome
        CANCELLED = "cancelled", "Cancelled"  # stopped for good; what was not sent is skipped

    class Schedule(models.TextChoices):
        NOW = "now", "Right away"
        INSTANT = "instant", "At one moment, the same for everybody"
        LOCAL = "local", "At each subscriber's local time"

    class LatePolicy(models.TextChoices):
        SEND_NOW = "send_now", "Send right away"
        NEXT_DAY = "next_day", "Send the next day at that time"
        SKIP = "skip", "Leave them out"
        SEND_IF_WITHIN = "send_if_within", "Send right away if not too late, else leave them out"

    class AudienceAt(models.TextChoices):
        LAUNCH = "launch", "Once, at launch"
        DELIVERY = "delivery", "Checked again right before each one is sent"

    class Urgency(models.TextChoices):
        VERY_LOW = "very-low", "Very low: only on power and Wi-Fi"
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High: wakes the device"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=128)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    status_reason = models.CharField(max_length=300, blank=True, default="", editable=False)

    title = models.CharField(max_length=200, help_text="Best under 50 characters")
    body = models.CharField("message", max_length=500, blank=True, help_text="Best under 120 characters")
    icon_url = models.URLField("icon", blank=True, help_text="A square picture of 192 × 192 or more")
    image_url = models.URLField(
        "image", blank=True, help_text="A wide picture, about 1024 × 512; some systems show it"
    )
    link_url = models.CharField(
        "link", max_length=1000, blank=True, help_text="What opens on a click; may use attributes too"
    )
    actions = models.JSONField(
        "buttons", default=list, blank=True, help_text='Up to two of {"title", "link"}'
    )

    include_segments = models.ManyToManyField(
        Segment,
        blank=True,
        related_name="campaigns_including",
        verbose_name="send to",
        help_text="People in any of these; none chosen: everyone",
    )
    exclude_segments = models.ManyToManyField(
        Segment,
        blank=True,
        related_name="campaigns_excluding",
        verbose_name="but not to",
        help_text="People in any of these are left out",
    )
    audience_at = models.CharField(
        "who is in the audience is settled", max_length=10, choices=AudienceAt, default=AudienceAt.LAUNCH
    )

    schedule = models.CharField("when", max_length=10, choices=Schedule, default=Schedule.NOW)
    send_at = models.DateTimeField("moment", null=True, blank=True, validators=_MOMENT_VALIDATORS)
    local_date = models.DateField("date", null=True, blank=True, validators=DAY_VALIDATORS)
    local_time = models.TimeField("time of day", null=True, blank=True)
    late_policy = models.CharField(
        "where that time has passed already",
        max_length=15,
        choices=LatePolicy,
        default=LatePolicy.SEND_IF_WITHIN,
    )
    late_limit_minutes = models.PositiveIntegerField(
        "not later than, in minutes", default=60, validators=[MaxValueValidator(24 * 60)]
    )

    ttl = models.DurationField(
        "try for",
        default=dt.timedelta(days=1),
        help_text="How long the push service may keep trying to reach a device that is off (RFC 8030 TTL)",
        validators=[MinValueValidator(dt.timedelta(0)), MaxValueValidator(dt.timedelta(days=28))],
    )
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    launched_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        permissions: ClassVar = [
            ("launch_campaign", "Can launch, pause, resume and cancel campaigns"),
            ("send_test_campaign", "Can send a test push"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "scheduled", "running", "paused", "finished", "cancelled"]),
                name="campaign_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "cancelled"])
                | ~models.Q(schedule="instant") | models.Q(send_at__isnull=False),
                name="instant_campaign_has_its_instant",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "cancelled"])
                | ~models.Q(schedule="local") | models.Q(local_date__isnull=False, local_time__isnull=False),
                name="local_campaign_has_date_and_time",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """Deliveries that are due together: the small queue that workers claim from (SKIP LOCKED), by lease."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="batches")
    occurrence = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    lease_expires_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="batch_due"),
        ]

    def __str__(self) -> str:
        return f"Batch due {self.due_at:%Y-%m-%d %H:%M}"


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
        TOO_LATE = "too_late", "Their local time had passed"
        LEFT_AUDIENCE = "left_audience", "No longer in the segment when it was their turn"
        MERGED = "merged", "Turned out to be somebody else in the audience"
        CANCELLED = "cancelled", "The campaign was cancelled"
        # failed
        GONE = "gone", "The device is gone"
        TOO_LARGE = "too_large", "The message is too large for the push service"
        REJECTED = "rejected", "The push service refused the message"
        ENDPOINT_REFUSED = "endpoint_refused", "The device's address is not one of a known push service"
        RENDERING = "rendering", "The message could not be put together"
        BAD_KEYS = "bad_keys", "The device's keys are not valid"
        # expired
        TTL = "ttl", "Could not be handed over in time"

    pk = models.CompositePrimaryKey("campaign_id", "occurrence", "subscriber_id")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="deliveries")
    occurrence = models.PositiveIntegerField(default=1, help_text="Which run of the campaign, from 1")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")
    batch = models.ForeignKey(
        Batch, null=True, db_constraint=False, on_delete=models.SET_NULL, related_name="deliveries"
    )
    status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")
    timezone = models.CharField(
        max_length=64, blank=True, default="", help_text="The zone its due time was computed in"
    )
    timezone_is_site_default = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
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
                | (models.Q(status__in=["failed", "expired", "skipped"]) & ~models.Q(reason="")),
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
        indexes: ClassVar = [
            models.Index(fields=["batch"], name="delivery_batch"),
            models.Index(fields=["subscriber", "sent_at"], name="delivery_by_subscriber"),
            models.Index(fields=["campaign", "status"], name="delivery_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} to {self.subscriber_id}: {self.status}"
