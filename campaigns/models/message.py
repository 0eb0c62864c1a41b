"""What people get to see: the words, pictures and buttons of a push, and the versions that are tried against each other."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

BUTTON_TEXT, LINK = 50, 1000  # characters at most


class Message(models.Model):
    """The words, pictures and buttons of one push, as templates."""

    title = models.CharField(max_length=200, help_text="Best under 50 characters")
    body = models.CharField("message", max_length=500, blank=True, help_text="Best under 120 characters")
    icon_url = models.URLField("icon", blank=True, help_text="A square picture of 192 × 192 or more")
    image_url = models.URLField(
        "image", blank=True, help_text="A wide picture, about 1024 × 512; some systems show it"
    )
    link_url = models.CharField(
        "link", max_length=LINK, blank=True, help_text="What opens on a click; may use attributes too"
    )
    actions = models.JSONField(
        "buttons", default=list, blank=True, help_text='Up to two of {"title", "link"}'
    )
    weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="How often this version is drawn, compared with the others",
    )

    class Meta:
        abstract = True


class Variant(Message):
    """Another version of a campaign's message. The campaign's own is version A; these are B, C and so on."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="variants")
    letter = models.CharField(max_length=1, validators=[RegexValidator("^[B-H]$", "A letter from B to H.")])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "letter"], name="variant_letter_once_per_campaign"),
            models.CheckConstraint(
                condition=models.Q(letter__regex="^[B-H]$"), name="variant_letter_is_b_to_h"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.letter}"
