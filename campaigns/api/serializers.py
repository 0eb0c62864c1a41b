"""How the management door writes campaigns, and what became of each person."""

import datetime as dt
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.api.message_serializers import ButtonSerializer, VariantSerializer
from campaigns.drafts import LETTERS, set_variants
from campaigns.goals import LONGEST_WINDOW, GoalError, read_goal
from campaigns.models import Campaign, Delivery, Variant
from segments.models import Segment
from subscribers.api.strict import StrictFields
from subscribers.api.twins import TwinWarnings

SHORTEST, LONGEST = dt.timedelta(seconds=1), dt.timedelta(days=366)
GOAL_SCHEMA = {
    "type": "object",
    "additionalProperties": True,
    "example": {
        "type": "event",
        "event": "purchase",
        "where": [{"property": "price", "operator": "at_least", "value": 50}],
    },
}


@extend_schema_field(GOAL_SCHEMA)
class GoalField(serializers.JSONField):
    """An event of the rule language; null: conversions are not counted."""

    def to_internal_value(self, data: Any) -> Any:
        document = super().to_internal_value(data)
        try:
            read_goal(document)
        except GoalError as error:
            raise serializers.ValidationError(error.problems) from None
        return document


class CampaignSerializer(TwinWarnings, StrictFields, serializers.ModelSerializer[Campaign]):
    actions = ButtonSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=2, help_text="Up to two buttons"
    )
    variants = VariantSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=len(LETTERS),
        help_text="Further versions, besides the campaign's own message (version A); those given replace all there are",
    )  # fmt: skip
    cap_window = serializers.DurationField(required=False, min_value=SHORTEST, max_value=LONGEST)
    test_duration = serializers.DurationField(required=False, min_value=SHORTEST, max_value=LONGEST)
    goal = GoalField(required=False, allow_null=True)
    click_window = serializers.DurationField(
        required=False, allow_null=True, min_value=SHORTEST, max_value=LONGEST_WINDOW
    )
    view_window = serializers.DurationField(
        required=False, allow_null=True, min_value=SHORTEST, max_value=LONGEST_WINDOW
    )

    class Meta:
        model = Campaign
        fields: ClassVar = [
            "id", "site", "name", "status", "status_reason",
            "title", "body", "icon_url", "image_url", "link_url", "actions", "weight", "variants",
            "winner_by", "test_percent", "test_duration", "test_sample", "undecided", "test_ahead", "winner", "winner_note",
            "winner_chosen_at",
            "include_segments", "exclude_segments", "audience_at", "priority", "holdout_percent",
            "schedule", "send_at", "local_date", "local_time", "late_policy", "late_limit_minutes", "repeats",
            "weekdays", "month_day", "repeat_until",
            "cap_by", "cap_limit", "cap_window", "counts_towards_caps", "quiet_hours", "throttle_per_minute",
            "devices", "ttl", "urgency", "topic",
            "goal", "click_window", "view_window", "revenue_property", "counts_every_conversion",
            "created_at", "updated_at", "launched_at", "finished_at", "warnings",
        ]  # fmt: skip
        read_only_fields: ClassVar = [
            "status", "status_reason", "winner", "winner_note", "winner_chosen_at", "created_at", "updated_at",
            "launched_at", "finished_at",
        ]  # fmt: skip

    def validate_weekdays(self, days: list[int]) -> list[int]:
        return sorted(set(days))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        site = attrs["site"] if self.instance is None else attrs.get("site", self.instance.site)
        for field in ("include_segments", "exclude_segments"):
            segments: list[Segment] = self._chosen(attrs, field)
            foreign = [segment.name for segment in segments if segment.site_id != site.pk]
            if foreign:
                names = ", ".join(foreign)
                raise serializers.ValidationError({field: f"Not segments of this campaign's site: {names}."})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Campaign:
        variants = validated_data.pop("variants", [])
        campaign = super().create(validated_data)
        set_variants(campaign, [Variant(**variant) for variant in variants])
        return campaign

    def update(self, instance: Campaign, validated_data: dict[str, Any]) -> Campaign:
        variants = validated_data.pop("variants", None)
        campaign = super().update(instance, validated_data)
        if variants is not None:
            set_variants(campaign, [Variant(**variant) for variant in variants])
        return campaign

    def _chosen(self, attrs: dict[str, Any], field: str) -> list[Segment]:
        if field in attrs:
            chosen: list[Segment] = attrs[field]
            return chosen
        return list(getattr(self.instance, field).all()) if self.instance else []


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields: ClassVar = [
            "subscriber", "occurrence", "variant", "status", "reason", "detail", "timezone",
            "timezone_is_site_default", "due_at", "deferred", "device_id", "attempts", "sent_at", "displayed_at",
            "clicked_at", "dismissed_at", "clicked_action",
        ]  # fmt: skip
        read_only_fields = fields
