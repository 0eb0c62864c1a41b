"""How the management door is asked for several segments side by side, and writes them."""

from typing import Any

from rest_framework import serializers

from segments.api.serializers import InstantField
from subscribers.api.strict import StrictFields

MARGIN = "How far an estimate may be off to either side, in 95 of 100 cases; 0 where exact"


class OverlapRequestSerializer(StrictFields):
    ids = serializers.CharField(
        help_text="The ids of two to eight segments of one site, with commas between: 3,5,8",
        error_messages={
            "required": "Name the segments, like ?ids=3,5,8.",
            "blank": "Name the segments, like ?ids=3,5,8.",
        },
    )
    exact = serializers.BooleanField(
        required=False,
        default=True,
        help_text="false: an answer at once, estimated from a sample of people where the segments are large",
    )


class DriftRequestSerializer(OverlapRequestSerializer):
    ids = serializers.CharField(
        help_text="The ids of one to eight segments of one site, with commas between: 3,5,8",
        error_messages=OverlapRequestSerializer().fields["ids"].error_messages,
    )
    since = InstantField(
        required=False,
        default=None,
        help_text="The first instant, like 2026-11-21T10:00:00Z; absent: 30 days before the second",
    )
    until = InstantField(required=False, default=None, help_text="The second instant; absent: now")


class FigureSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="People")
    margin = serializers.IntegerField(help_text=MARGIN)


class SizeSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(source="size.count", help_text="People")
    margin = serializers.IntegerField(source="size.margin", help_text=MARGIN)


class SizedSegmentSerializer(SizeSerializer):
    id = serializers.IntegerField(source="segment.pk")
    name = serializers.CharField(source="segment.name")


class IntersectionSerializer(SizeSerializer):
    segments = serializers.SerializerMethodField(
        help_text="The ids of the segments they are in; they are in none of the others"
    )

    def get_segments(self, each: Any) -> list[int]:
        return [segment.pk for segment in each.segments]


class PairSerializer(SizeSerializer):
    segments = serializers.SerializerMethodField(help_text="The ids of both")
    share = serializers.FloatField(
        allow_null=True, help_text="Of the members of the first (0 to 1); null: it has none"
    )

    def get_segments(self, pair: Any) -> list[int]:
        return [pair.first.pk, pair.second.pk]


class OverlapSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField(help_text="The instant for which the members of all of them are right")
    exact = serializers.BooleanField(help_text="Whether everybody was counted; false: estimated")
    segments = SizedSegmentSerializer(many=True)
    intersections = IntersectionSerializer(
        many=True, help_text="Each person is in just one; the largest first, those of nobody left out"
    )
    pairs = PairSerializer(many=True, help_text="Of each segment with each other: who is in both")
    union = FigureSerializer(help_text="In at least one of them")
    none = FigureSerializer(help_text="The site's subscribers in none of them")
    remarks = serializers.ListField(child=serializers.CharField())


class CourseSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="segment.pk")
    name = serializers.CharField(source="segment.name")
    before = serializers.IntegerField(source="before.count", help_text="Members at `since`")
    stayed = serializers.IntegerField(source="stayed.count", help_text="Members all the time")
    came_back = serializers.IntegerField(
        source="came_back.count", help_text="Members then and now, not always"
    )
    joined = serializers.IntegerField(
        source="joined.count", help_text="Not members at `since`, but at `until`"
    )
    left = serializers.IntegerField(source="left.count", help_text="Members at `since`, but not at `until`")
    after = serializers.IntegerField(source="after.count", help_text="Members at `until`")
    passed_through = serializers.IntegerField(
        source="passed_through.count", help_text="Members in between alone"
    )
    margin = serializers.IntegerField(
        help_text="How far any of these may be off to either side, in 95 of 100 cases; 0 where exact"
    )


class FlowSerializer(SizeSerializer):
    before = serializers.SerializerMethodField(help_text="The ids of all of these segments they were in")
    after = serializers.SerializerMethodField(help_text="… and of all they are in at `until`")

    def get_before(self, flow: Any) -> list[int]:
        return [segment.pk for segment in flow.before]

    def get_after(self, flow: Any) -> list[int]:
        return [segment.pk for segment in flow.after]


class MoveSerializer(SizeSerializer):
    before = serializers.IntegerField(source="first.pk", help_text="The segment they were in")
    after = serializers.IntegerField(
        source="second.pk",
        default=None,
        allow_null=True,
        help_text="The one they are in at `until`; null: none of those asked for",
    )
    share = serializers.FloatField(allow_null=True, help_text="Of those who were in it (0 to 1)")


class DriftSerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    as_of = serializers.DateTimeField(help_text="The instant for which the members of all of them are right")
    exact = serializers.BooleanField(help_text="Whether everybody was counted; false: estimated")
    segments = CourseSerializer(many=True, source="courses")
    flows = FlowSerializer(many=True, help_text="Each person who was or is in any of them is in just one")
    moves = MoveSerializer(
        many=True, help_text="Of each segment's members then, how many are in each and in none at `until`"
    )
    remarks = serializers.ListField(child=serializers.CharField())
