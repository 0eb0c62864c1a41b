"""How the management door writes campaigns, what they would do, and what came of them."""

from typing import Any, ClassVar

from rest_framework import serializers

from campaigns.models import Campaign, Delivery
from segments.models import Segment


class ButtonSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=50)
    link = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    actions = ButtonSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=2, help_text="Up to two buttons"
    )

    class Meta:
        model = Campaign
        fields: ClassVar = [
            "id", "site", "name", "status", "status_reason", "title", "body", "icon_url", "image_url", "link_url",
            "actions", "include_segments", "exclude_segments", "audience_at", "schedule", "send_at", "local_date",
            "local_time", "late_policy", "late_limit_minutes", "ttl", "urgency", "created_at", "updated_at",
            "launched_at", "finished_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = [
            "status", "status_reason", "created_at", "updated_at", "launched_at", "finished_at",
        ]  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        site = attrs["site"] if self.instance is None else attrs.get("site", self.instance.site)
        for field in ("include_segments", "exclude_segments"):
            segments: list[Segment] = self._chosen(attrs, field)
            foreign = [segment.name for segment in segments if segment.site_id != site.pk]
            if foreign:
                names = ", ".join(foreign)
                raise serializers.ValidationError({field: f"Not segments of this campaign's site: {names}."})
        return attrs

    def _chosen(self, attrs: dict[str, Any], field: str) -> list[Segment]:
        if field in attrs:
            chosen: list[Segment] = attrs[field]
            return chosen
        return list(getattr(self.instance, field).all()) if self.instance else []


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields: ClassVar = [
            "subscriber", "occurrence", "status", "reason", "detail", "timezone", "timezone_is_site_default", "due_at",
            "attempts", "sent_at", "displayed_at", "clicked_at", "dismissed_at", "clicked_action",
        ]  # fmt: skip
        read_only_fields = fields


class DueGroupSerializer(serializers.Serializer[Any]):
    due_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    count = serializers.IntegerField()


class PlanSerializer(serializers.Serializer[Any]):
    """What a launch now would do."""

    audience = serializers.IntegerField()
    planned = serializers.IntegerField()
    skipped_by_reason = serializers.DictField(child=serializers.IntegerField())
    by_due = DueGroupSerializer(many=True)
    site_zone_count = serializers.IntegerField(
        help_text="How many go by the site's time zone, theirs is unknown"
    )
    remarks = serializers.ListField(child=serializers.CharField())
