"""Through the management door: people put on lists and taken off them, and snapshots of what a rule gives."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.audit import tell
from segments.api.looking import LookAtMembers
from segments.api.previews import TooSlow, answer_in_words
from segments.api.serializers import MemberSerializer, RuleField, SegmentSerializer
from segments.models import Membership, Segment, SegmentUpload
from segments.snapshots import SnapshotStopped, take_snapshot
from segments.uploads.changing import NotAListError, change_members, remove_member
from subscribers.api.errors import Conflict
from subscribers.api.strict import StrictFields

MOST_AT_ONCE = 5_000


class ValuesField(serializers.ListField):
    """Names of people, as texts or numbers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.CharField(max_length=300), max_length=MOST_AT_ONCE, required=False, **kwargs
        )


class MembersRequestSerializer(StrictFields):
    add = ValuesField(help_text=f"Whom to put on the list, at most {MOST_AT_ONCE:,}")
    remove = ValuesField(help_text=f"Whom to take off it, at most {MOST_AT_ONCE:,}")
    by = serializers.ChoiceField(
        choices=SegmentUpload.Column.choices,
        default=SegmentUpload.Column.SUBSCRIBER,
        help_text="What the values are: subscribers' ids here, your own customer ids, or e-mail addresses",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        add, remove = attrs.get("add", []), attrs.get("remove", [])
        if not add and not remove:
            raise serializers.ValidationError({"add": ["Say whom to add or to remove, like [1204, 1205]."]})
        both = set(add) & set(remove)
        errors = {
            str(index): ["This one is to be added, too."] for index, text in enumerate(remove) if text in both
        }
        if errors:
            raise serializers.ValidationError({"remove": errors})
        return attrs


class FailedValueSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    error = serializers.CharField(help_text="Why it means nobody, in a sentence")


class ChangedListSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="People who were not on the list before")
    removed = serializers.IntegerField(help_text="People who were on the list before")
    failed = FailedValueSerializer(many=True)


class MemberViewSet(LookAtMembers):
    """Who is in a segment now, and since when."""

    queryset = Membership.objects.select_related("subscriber")
    serializer_class = MemberSerializer
    parent = "segment"
    newest_first = ("subscriber_id",)
    lookup_field = "subscriber"
    action_permissions: ClassVar = {
        "create": "segments.change_segment",
        "destroy": "segments.change_segment",
    }

    @extend_schema(request=MembersRequestSerializer, responses=ChangedListSerializer, filters=False)
    def create(self, request: Request, segment_id: str) -> Response:
        """Put people on a static segment and take others off it. What means nobody is told; the others are done."""
        segment = self.find_own(Segment.objects.all(), pk=segment_id)
        form = MembersRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        with _refuse_live():
            done = change_members(
                segment,
                by=wanted["by"],
                add=wanted.get("add", []),
                remove=wanted.get("remove", []),
                now=timezone.now(),
            )
        tell(request, added=done.added, removed=done.removed)
        failed = [{"value": value, "error": error} for value, error in done.failed.items()]
        return Response({"added": done.added, "removed": done.removed, "failed": failed})

    @extend_schema(
        parameters=[OpenApiParameter("subscriber", int, OpenApiParameter.PATH, description="The id")]
    )
    def destroy(self, request: Request, segment_id: str, subscriber: str) -> Response:
        """Take one person off a static segment."""
        segment = self.find_own(Segment.objects.all(), pk=segment_id)
        with _refuse_live():
            if not remove_member(segment, int(subscriber), now=timezone.now()):
                raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


@contextmanager
def _refuse_live() -> Iterator[None]:
    try:
        yield
    except NotAListError as error:
        raise Conflict(str(error)) from None


class SnapshotRequestSerializer(StrictFields, serializers.ModelSerializer[Segment]):
    rule = RuleField()

    class Meta:
        model = Segment
        fields: ClassVar = ["site", "rule", "name", "description"]


class SnapshotActions(viewsets.GenericViewSet):  # type: ignore[type-arg]  # mixed into that of segments
    """What is made of a rule at once, instead of following it."""

    @extend_schema(request=SnapshotRequestSerializer, responses={201: SegmentSerializer}, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def snapshot(self, request: Request) -> Response:
        """A static segment with whoever a rule gives now; they stay on it, whatever they do afterwards."""
        form = SnapshotRequestSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        try:
            with answer_in_words():
                segment: Any = take_snapshot(
                    wanted["site"],
                    wanted["rule"],
                    name=wanted["name"],
                    description=wanted.get("description", ""),
                    by=request.user,
                    now=timezone.now(),
                )
        except SnapshotStopped as error:
            raise TooSlow(str(error)) from None
        segment.version = None
        return Response(SegmentSerializer(segment).data, status=status.HTTP_201_CREATED)
