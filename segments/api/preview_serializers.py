"""How the management door is asked for an audience, and writes it."""

from typing import Any

from rest_framework import serializers

from segments.api.serializers import InstantField, RuleField
from segments.models import Segment
from subscribers.api.keys import KeyField
from subscribers.api.strict import StrictFields
from subscribers.models import Site


class PastRequestSerializer(StrictFields):
    site = KeyField(queryset=Site.objects.all())
    rule = RuleField()
    as_of = InstantField(
        required=False, allow_null=True, default=None, help_text="The instant to count for; null: now"
    )


class PreviewRequestSerializer(PastRequestSerializer):
    exact = serializers.BooleanField(
        required=False,
        default=True,
        help_text="false: an answer at once, estimated from a sample of people where counting would take longer",
    )
    segment = KeyField(
        queryset=Segment.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text="The saved segment whose rule this is to be: the remarks then heed the campaigns that use it",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["segment"] and attrs["segment"].site_id != attrs["site"].pk:
            raise serializers.ValidationError({"segment": "This segment belongs to another site."})
        return attrs


class SampleMemberSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    country = serializers.CharField()
    last_seen_at = serializers.DateTimeField()
    reachable = serializers.BooleanField()


class RemarkSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="Of the condition it is about, like root.conditions[0]")
    message = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(
        allow_null=True,
        help_text="null, with `exact: false` only: too few to estimate; ask for the exact count",
    )
    exact = serializers.BooleanField(help_text="Whether everybody was counted; false: estimated")
    margin = serializers.IntegerField(
        help_text="How far an estimate may be off to either side, in 95 of 100 cases; 0 where exact"
    )
    fewer_than = serializers.IntegerField(
        allow_null=True, help_text="Where `count` is null: what it does not exceed, in 95 of 100 cases"
    )
    total = serializers.IntegerField(help_text="All subscribers of the site")
    share = serializers.FloatField(allow_null=True, help_text="From 0 to 1")
    reachable = serializers.IntegerField(allow_null=True, help_text="Those a push can reach now")
    sentence = serializers.CharField()
    sample = SampleMemberSerializer(many=True, help_text="Empty for who may not read people")
    warnings = serializers.ListField(child=serializers.CharField())
    remarks = RemarkSerializer(many=True, help_text="What looks wrong with the rule, condition by condition")
    took_ms = serializers.IntegerField()


class PastDaySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    count = serializers.IntegerField()


class PastSizesSerializer(serializers.Serializer[Any]):
    days = PastDaySerializer(many=True, help_text="Oldest first, at the clock time of `as_of`; those in time")
    now = serializers.IntegerField(
        allow_null=True, help_text="At `as_of`, counted as the days are; null: nothing was"
    )
    exact = serializers.BooleanField(help_text="false: all of them are estimated from the same sample")
    as_large_on = serializers.IntegerField(
        help_text="On how many of the days it was as large as now, or larger"
    )
    sentence = serializers.CharField(help_text="The same in words, or why there are no days")
