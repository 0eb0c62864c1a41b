"""How many saw a push and how many clicked it, kept as it happens, so that nobody counts a million deliveries."""

from typing import ClassVar

from django.db import models

from campaigns.models.campaign import Campaign


class ReactionCount(models.Model):
    """A part of what the people of one run did: their sum is what counts.

    The database keeps it in step with the deliveries (a trigger, migration 0007). It is spread over slots, one for each
    connection, because feedback arrives by the thousand a second: it would queue up for a single row. Whoever is
    deleted is taken off one of them, so one alone may be below zero.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="reactions")
    occurrence = models.PositiveIntegerField()
    slot = models.PositiveSmallIntegerField()
    displayed = models.IntegerField(default=0, help_text="People whose device showed it, clicked or not")
    clicked = models.IntegerField(default=0, help_text="People who clicked it or one of its buttons")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "occurrence", "slot"], name="reaction_count_once_per_slot"
            ),
        ]

    def __str__(self) -> str:
        return (
            f"Run {self.occurrence} of {self.campaign_id}: {self.displayed} displayed, {self.clicked} clicked"
        )
