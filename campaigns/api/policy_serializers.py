"""How the management door writes a site's sending policy."""

from typing import Any, ClassVar

from rest_framework import serializers

from campaigns.api.serializers import LONGEST, SHORTEST
from campaigns.models import FrequencyCap, SendingPolicy
from campaigns.policies import SETTLE_APPROVAL, set_caps
from subscribers.api.strict import StrictFields, WholeFields

MOST_CAPS = 20


class FrequencyCapSerializer(WholeFields, serializers.ModelSerializer[FrequencyCap]):
    """At most `limit` pushes to one person within the rolling `window`."""

    window = serializers.DurationField(min_value=SHORTEST, max_value=LONGEST)

    class Meta:
        model = FrequencyCap
        fields: ClassVar = ["limit", "window"]


class SendingPolicySerializer(StrictFields, serializers.ModelSerializer[SendingPolicy]):
    """What holds for all campaigns of a site. The limits given replace all there are."""

    frequency_caps = FrequencyCapSerializer(  # type: ignore[call-arg]
        source="site.frequency_caps", many=True, max_length=MOST_CAPS
    )

    class Meta:
        model = SendingPolicy
        fields: ClassVar = [
            "site", "quiet_from", "quiet_until", "quiet_action", "holdout_percent", "throttle_per_minute",
            "approval_above", "frequency_caps",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["site"]

    def validate_approval_above(self, above: int | None) -> int | None:
        """Whoever could do without a second pair of eyes by changing this needs none."""
        policy: SendingPolicy = self.instance  # type: ignore[assignment]
        if above != policy.approval_above and not self.context["request"].user.has_perm(
            SETTLE_APPROVAL, policy
        ):
            raise serializers.ValidationError("Only whoever may change the site's settings may change this.")
        return above

    def validate_frequency_caps(self, caps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({cap["window"] for cap in caps}) < len(caps):
            raise serializers.ValidationError("There is one limit for each window.")
        return caps

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = (
            attrs.get(name, getattr(self.instance, name, None)) for name in ("quiet_from", "quiet_until")
        )
        if (start is None) != (end is None):
            missing = "quiet_until" if end is None else "quiet_from"
            raise serializers.ValidationError(
                {missing: "Quiet hours have a beginning and an end; null for both: none."}
            )
        if start is not None and start == end:
            raise serializers.ValidationError(
                {"quiet_until": "Quiet hours that end when they begin would never end."}
            )
        return attrs

    def update(self, instance: SendingPolicy, validated_data: dict[str, Any]) -> SendingPolicy:
        caps = validated_data.pop("site", {}).get("frequency_caps")
        policy = super().update(instance, validated_data)
        if caps is not None:
            set_caps(policy.site, [(cap["limit"], cap["window"]) for cap in caps])
        return policy
