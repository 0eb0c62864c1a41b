"""What holds for all campaigns of a site, and what is known of push services."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from subscribers.models import Site


class SendingPolicy(models.Model):
    """A site's quiet hours, control group and pace. A site without one has none of them."""

    class QuietAction(models.TextChoices):
        DEFER = "defer", "Send it when they end"
        SKIP = "skip", "Leave those people out"

    site = models.OneToOneField(
        Site, on_delete=models.CASCADE, primary_key=True, related_name="sending_policy"
    )
    quiet_from = models.TimeField("quiet from", null=True, blank=True)
    quiet_until = models.TimeField("quiet until", null=True, blank=True)
    quiet_action = models.CharField(
        "what is due then", max_length=5, choices=QuietAction, default=QuietAction.DEFER
    )
    holdout_percent = models.PositiveSmallIntegerField(
        "control group, in per cent", default=0, validators=[MaxValueValidator(50)],
        help_text="So many, drawn by lot, get no campaign at all, to see what all campaigns together do",
    )  # fmt: skip
    throttle_per_minute = models.PositiveIntegerField(
        "pushes a minute, at most", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    approval_above = models.PositiveIntegerField(
        "approval above", null=True, blank=True,
        help_text="Campaigns to more people than this need a second person’s approval. 0: all; empty: none",
    )  # fmt: skip
    # The pace allows the next push from this instant on.
    paced_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "sending policies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"How {self.site} sends"


class FrequencyCap(models.Model):
    """At most so many pushes to one person within a rolling window: the half-open (at − window, at]."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="frequency_caps")
    limit = models.PositiveSmallIntegerField("at most", validators=[MinValueValidator(1)])
    window = models.DurationField("within")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "window"], name="frequency_cap_once_per_window"),
            models.CheckConstraint(condition=models.Q(limit__gte=1), name="frequency_cap_lets_one_through"),
        ]

    def __str__(self) -> str:
        return f"At most {self.limit} within {self.window}"


class TakingHost(models.Model):
    """A push service that took a push of a site: if it refuses them all one day, that is no fault of its devices."""

    pk = models.CompositePrimaryKey("site_id", "host")
    site = models.ForeignKey(Site, db_index=False, on_delete=models.CASCADE, related_name="taking_hosts")
    host = models.CharField(max_length=255)
    taken_at = models.DateTimeField(help_text="The first time")

    def __str__(self) -> str:
        return f"{self.host} takes pushes of {self.site_id}"


class PushHost(models.Model):
    """A push service that asked for patience or is out of order; until `closed_until` nothing is posted to it."""

    host = models.CharField(max_length=255, primary_key=True)
    closed_until = models.DateTimeField(null=True)
    strikes = models.PositiveSmallIntegerField(default=0, help_text="Failures in a row")
    reason = models.CharField(max_length=200, blank=True, default="")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host
