"""What people did after a push, or without one: the goal of its campaign."""

from typing import ClassVar

from django.db import models

from campaigns.models.campaign import Campaign


class Conversion(models.Model):
    """One event that reached a campaign's goal, by one person of one of its runs. All of it can be worked out again."""

    class Credit(models.TextChoices):
        CLICK = "click", "After a click"
        VIEW = "view", "After it was seen"
        NONE = "none", "Neither seen nor clicked"  # compares those who were sent it with those held out

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="conversions")
    occurrence = models.PositiveIntegerField()
    # The delivery's subscriber, who may have been merged into another person since.
    subscriber_id = models.BigIntegerField()
    event_id = models.UUIDField()
    converted_at = models.DateTimeField()
    credit = models.CharField(max_length=5, choices=Credit)
    revenue = models.FloatField(null=True)
    currency = models.CharField(
        max_length=3, blank=True, default="", help_text="As the event said; empty: it said none"
    )
    unread = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="What stood in place of an amount and is none, as it came",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "occurrence", "subscriber_id", "event_id"],
                name="conversion_once_per_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.subscriber_id} converted"
