"""Who is in which segment, since when, and why that changed."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from subscribers.models import Site, Subscriber


class Segment(models.Model):
    """A named rule over a site's subscribers. Its members are rows: see Membership."""

    class Status(models.TextChoices):
        BUILDING = "building", "Being built"  # saved, its members are not (all) there yet
        READY = "ready", "Ready"  # members are those the rule gave at `refreshed_at`
        FAILED = "failed", "Could not be built"  # set aside, `failure` says why

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="segments")
    name = models.CharField(max_length=128)
    description = models.TextField(
        blank=True, max_length=500, help_text="What is it for? Your colleagues read this."
    )
    rule = models.JSONField(help_text="The rule language, version 1 (docs/rule-language.md)")
    status = models.CharField(max_length=10, choices=Status, default=Status.BUILDING, editable=False)
    failure = models.TextField(blank=True, default="", editable=False)
    refreshed_at = models.DateTimeField(
        null=True, editable=False, help_text="The instant for which the members are right"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="segment_named_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(status__in=["building", "ready", "failed"]), name="segment_status_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="ready") | models.Q(refreshed_at__isnull=False),
                name="ready_segment_has_a_watermark",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A row for each subscriber who is in a segment now."""

    pk = models.CompositePrimaryKey("segment_id", "subscriber_id")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="memberships")
    entered_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subscriber", "segment"], name="membership_by_subscriber")]

    def __str__(self) -> str:
        return f"{self.subscriber_id} in {self.segment_id}"


class MembershipChange(models.Model):
    """The log of who entered and left, append-only."""

    class Kind(models.TextChoices):
        ENTERED = "entered", "Entered"
        LEFT = "left", "Left"

    class Cause(models.TextChoices):
        BUILD = "build", "The segment was built"  # first build, or its rule was edited
        REFRESH = "refresh", "Their data or the time changed"

    pk = models.CompositePrimaryKey("subscriber_id", "segment_id", "changed_at")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="changes")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="membership_changes")
    kind = models.CharField(max_length=7, choices=Kind)
    cause = models.CharField(max_length=10, choices=Cause)
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["segment", "changed_at"], name="membership_change_by_segment")
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.kind} {self.segment_id}"
