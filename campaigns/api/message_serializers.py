"""How the management door writes messages: their buttons, and further versions."""

from typing import ClassVar

from rest_framework import serializers

from campaigns.models import Variant
from campaigns.models.message import BUTTON_TEXT, LINK
from subscribers.api.strict import WholeFields


class ButtonSerializer(WholeFields):
    title = serializers.CharField(max_length=BUTTON_TEXT)
    link = serializers.CharField(max_length=LINK, required=False, allow_blank=True, default="")


class VariantSerializer(WholeFields, serializers.ModelSerializer[Variant]):
    """A further version of the campaign's message. Its letter follows from its place in the list: B, C …"""

    actions = ButtonSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=2, help_text="Up to two buttons"
    )

    class Meta:
        model = Variant
        fields: ClassVar = [
            "letter", "title", "body", "icon_url", "image_url", "link_url", "actions", "weight",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["letter"]
