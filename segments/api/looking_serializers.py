"""How the management door writes what is to be seen of one segment."""

import datetime as dt
from typing import Any

from rest_framework import serializers

from segments.api.serializers import InstantField
from subscribers.api.strict import StrictFields

LARGEST_PAGE, USUAL_PAGE = 500, 50


class SizesRequestSerializer(StrictFields):
    days = serializers.IntegerField(
        min_value=1, max_value=366, default=90, help_text="How many days, today included"
    )


class DaySizeSerializer(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="Of the site's calendar")
    size = serializers.IntegerField(help_text="Members at the end of the day; of today: now")
    entered = serializers.IntegerField()
    left = serializers.IntegerField()


class SizesSerializer(serializers.Serializer[Any]):
    timezone = serializers.CharField(help_text="The site's, which says when a day begins")
    right_as_of = serializers.DateTimeField(
        allow_null=True, help_text="The instant for which the size of today holds; null: never built"
    )
    days = DaySizeSerializer(
        many=True, help_text="Oldest first, from the first day on of which anything is known"
    )


class FreshnessSerializer(serializers.Serializer[Any]):
    """A segment's freshness, of `{"segment", "freshness", "lag"}`."""

    status = serializers.CharField(source="segment.status")
    failure = serializers.CharField(
        source="segment.failure", help_text="Why it is set aside; empty: it is not"
    )
    right_as_of = serializers.DateTimeField(
        source="freshness.right_as_of",
        allow_null=True,
        help_text="The instant for which its members are right; null: never built",
    )
    lag_ms = serializers.SerializerMethodField(help_text="How long ago that is; null: never built")
    waits_since = serializers.DateTimeField(
        source="freshness.waits_since",
        allow_null=True,
        help_text="Since when the oldest change of the site waits to be followed; null: none waits",
    )
    next_turn_at = serializers.DateTimeField(
        source="freshness.outlook.turns_at",
        allow_null=True,
        help_text="Before this, time alone changes nobody's membership; null: never, or not known",
    )
    next_turn_known = serializers.BooleanField(
        source="freshness.outlook.is_known",
        help_text="false: no index serves the rule's moments, so they were not looked for",
    )
    asked_today = serializers.IntegerField(
        source="freshness.asked_today", help_text="How often somebody's membership was worked out anew"
    )
    ms_per_thousand = serializers.FloatField(
        source="freshness.ms_per_thousand",
        allow_null=True,
        help_text="What asking about 1,000 people took today; null: nobody was asked about",
    )
    build_ms = serializers.IntegerField(
        source="segment.build_ms", allow_null=True, help_text="What the last full build took"
    )
    sweep_ms = serializers.SerializerMethodField(help_text="What the last look for whom time moves took")

    def get_lag_ms(self, shown: dict[str, Any]) -> float | None:
        lag: dt.timedelta | None = shown["lag"]
        return None if lag is None else lag / dt.timedelta(milliseconds=1)

    def get_sweep_ms(self, shown: dict[str, Any]) -> float:
        return float(shown["segment"].sweep_us / 1000)


class PastRequestSerializer(serializers.Serializer[Any]):
    at = InstantField(help_text="Who was in it then, like 2026-11-21T10:00:00Z; absent: who is in it now")
    cursor = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, default=None, help_text="From `next`"
    )
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=USUAL_PAGE)
