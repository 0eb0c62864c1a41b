"""The runs of a campaign, and the small queue of batches that workers claim from."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from campaigns.models.campaign import Campaign


class Occurrence(models.Model):
    """One run of a campaign: the first and only one, or one of those of a campaign that repeats.

    Its figures are people. `audience` is counted by planning; the database itself keeps the others in step with the
    deliveries (a trigger, migration 0005), and refuses a planned run whose sum does not add up.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="occurrences")
    number = models.PositiveIntegerField(help_text="From 1")
    local_date = models.DateField(null=True, help_text="The day on which it is due on everybody's own clock")
    as_of = models.DateTimeField(help_text="The instant that planning decides for")
    # Planning goes through the audience in order of id, and goes on after this one when it was interrupted.
    planned_through = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Until then the versions are tried; those who wait for the winner are due then, or at their hour after it.
    test_ends_at = models.DateTimeField(null=True)
    # Conversions are counted for events received up to here.
    attributed_through = models.DateTimeField(null=True)

    audience = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    expired = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    # People who were deleted since: their deliveries went with them.
    erased = models.PositiveIntegerField(default=0)
    # Failures that its marketer was told of by a pause, and resumed all the same.
    failures_noted = models.PositiveIntegerField(default=0)
    # Failures of devices that never took a push of this site: no reason for an alarm (delivery/trust.py).
    failures_uncounted = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "number"], name="occurrence_number_once_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(planned_at=None)
                | Q(
                    audience=F("waiting")
                    + F("sent")
                    + F("failed")
                    + F("expired")
                    + F("skipped")
                    + F("erased")
                ),
                name="audience_is_the_sum_of_its_outcomes",
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.number} of {self.campaign_id}"


class Batch(models.Model):
    """Deliveries that are due together: the small queue that workers claim from (SKIP LOCKED), by lease."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="batches")
    occurrence = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    # Until the campaign has a winner its people are not sent to, whatever the clock says.
    awaits_winner = models.BooleanField(default=False)
    lease_expires_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="batch_due"),
        ]

    def __str__(self) -> str:
        return f"Batch due {self.due_at:%Y-%m-%d %H:%M}"
