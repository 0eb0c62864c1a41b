"""Through the management door: what a change of a rule would do, the rules that were, and using one of them again."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.audit import tell_shown
from segments.api.preview_serializers import SampleMemberSerializer
from segments.api.previews import answer_in_words
from segments.api.serializers import RuleField, place_problems
from segments.definitions import describe_document, read_names, say_shape
from segments.editing import Comparison, compare_rule
from segments.models import Segment, SegmentVersion
from segments.rules import RuleError
from segments.usage import list_concerned
from segments.versions import find_latest, restore_version, say_changed
from subscribers.api.errors import Conflict
from subscribers.api.nesting import ListWithin
from subscribers.api.strict import StrictFields


class ComparisonRequestSerializer(StrictFields):
    rule = RuleField()


class ExamplesSerializer(serializers.Serializer[Any]):
    joins = SampleMemberSerializer(many=True)
    leaves = SampleMemberSerializer(many=True)
    stays = SampleMemberSerializer(many=True)


class UsageSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="campaign or segment")
    id = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.CharField(help_text="As people read it")
    note = serializers.CharField(help_text="How it relies on the segment")
    is_under_way = serializers.BooleanField(help_text="A campaign that takes up a change by itself")


class ComparisonSerializer(serializers.Serializer[Any]):
    joins = serializers.IntegerField()
    leaves = serializers.IntegerField()
    stays = serializers.IntegerField()
    exact = serializers.BooleanField(help_text="Whether everybody was counted; false: estimated")
    margin = serializers.IntegerField(
        help_text="How far each figure may be off to either side, in 95 of 100 cases; 0 where exact"
    )
    examples = ExamplesSerializer(help_text="A few of each; empty for whoever may not see subscribers")
    used_by = UsageSerializer(
        many=True, help_text="What a change reaches; campaigns that are under way first"
    )
    sentence_before = serializers.CharField()
    sentence_after = serializers.CharField()
    took_ms = serializers.IntegerField()


class VersionSerializer(serializers.ModelSerializer[SegmentVersion]):
    sentence = serializers.SerializerMethodField()
    created_by = serializers.CharField(
        source="created_by.username", default=None, allow_null=True, read_only=True, help_text="Who wrote it"
    )
    is_followed = serializers.SerializerMethodField(help_text="Whether the members are those of this one")

    class Meta:
        model = SegmentVersion
        fields: ClassVar = ["number", "rule", "sentence", "created_by", "created_at", "is_followed"]
        read_only_fields = fields

    def get_sentence(self, version: SegmentVersion) -> str:
        return describe_document(version.rule, self.context["names"])

    def get_is_followed(self, version: SegmentVersion) -> bool:
        return version.pk == version.segment.live_version_id


class RestoreRequestSerializer(StrictFields):
    version = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The number of the latest rule you know of: 409 if it was changed since",
    )


class ComparisonActions(viewsets.GenericViewSet):  # type: ignore[type-arg]  # mixed into that of segments
    """What is asked before a saved segment's rule is changed."""

    @extend_schema(request=ComparisonRequestSerializer, responses=ComparisonSerializer, filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def compare(self, request: Request, pk: str) -> Response:
        """Whom saving this rule would add to the segment as it is now, whom it would remove, and what that reaches."""
        segment = self.get_object()
        if not segment.is_live:
            raise Conflict("This segment is static: people keep its list, and no rule decides who is on it.")
        form = ComparisonRequestSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        rule = form.validated_data["rule"]
        with answer_in_words():
            found = compare_rule(segment, rule, as_of=timezone.now())
        names = read_names(segment.site)
        tell_shown(request, count=found.joins + found.leaves, rule=say_shape(segment.site, rule))
        told = request.user.has_perm("subscribers.view_subscriber", segment)
        answer = {
            **{
                key: getattr(found, key) for key in ("joins", "leaves", "stays", "exact", "margin", "took_ms")
            },
            "examples": _list_examples(found) if told else {"joins": [], "leaves": [], "stays": []},
            "used_by": list_concerned(segment),
            "sentence_before": describe_document(segment.rule, names),
            "sentence_after": describe_document(rule, names),
        }
        return Response(ComparisonSerializer(answer).data)


class VersionViewSet(ListWithin[SegmentVersion]):
    """The rules that a segment had, the newest first."""

    queryset = SegmentVersion.objects.select_related("segment", "created_by")
    serializer_class = VersionSerializer
    parent = "segment"
    newest_first = ("number",)
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,9}"
    action_permissions: ClassVar = {"list": "segments.view_segment", "restore": "segments.change_segment"}

    def get_serializer_context(self) -> dict[str, Any]:
        key = self.kwargs.get("segment_id", 0)  # the schema asks without an address
        segment = Segment.objects.select_related("site").filter(pk=key).first()
        return {**super().get_serializer_context(), "names": read_names(segment.site) if segment else None}

    @extend_schema(
        request=RestoreRequestSerializer,
        responses=VersionSerializer,
        filters=False,
        parameters=[OpenApiParameter("number", int, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    @transaction.atomic
    def restore(self, request: Request, segment_id: str, number: str) -> Response:
        """Use this rule again: it becomes the segment's as a version of its own, and the members are worked out."""
        form = RestoreRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows: QuerySet[Segment] = Segment.objects.select_related("site")
        segment = self.find_own(rows.select_for_update(of=("self",), no_key=True), pk=segment_id)
        refuse_stale(segment, form.validated_data.get("version"))
        try:
            restore_version(segment, self.get_object(), by=request.user, now=timezone.now())
        except RuleError as error:
            raise ValidationError({"rule": place_problems(error)}) from None
        return Response(self.get_serializer(find_latest(segment)).data)


def refuse_stale(segment: Segment, opened: int | None) -> None:
    """Raise Conflict if the rule was changed since the version that somebody says they know."""
    latest = find_latest(segment)
    if opened is not None and latest is not None and opened != latest.number:
        raise Conflict(f"{say_changed(segment, latest)} The latest version is {latest.number}.")


def _list_examples(found: Comparison) -> dict[str, Any]:
    return {"joins": found.joining, "leaves": found.leaving, "stays": found.staying}
