"""The management door of segments."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from access.scoping import find_responsible
from segments.api.editing import ComparisonActions, refuse_stale
from segments.api.lists import SnapshotActions
from segments.api.looking import LookingActions
from segments.api.previews import PreviewActions
from segments.api.serializers import (
    ExplainRequestSerializer,
    MembershipChangeSerializer,
    MembershipExplanationSerializer,
    SegmentSerializer,
    SubscriberSegmentSerializer,
)
from segments.api.side_by_side import SideBySideActions
from segments.explanation import TELLS_OF, explain_membership
from segments.lists import start_list
from segments.models import Membership, MembershipChange, Segment, SegmentVersion
from segments.rules import RuleError
from segments.usage import list_usages
from segments.versions import keep_definition
from subscribers.api.errors import Conflict
from subscribers.api.nesting import ListWithin
from subscribers.api.tagging import WRITING, Tagged
from subscribers.models import Subscriber


class SegmentViewSet(
    PreviewActions,
    ComparisonActions,
    SnapshotActions,
    SideBySideActions,
    LookingActions,
    Tagged[Segment],
    viewsets.ModelViewSet[Segment],
):
    """Named sets of a site's subscribers: live ones, which a rule gives, and static ones, which people keep."""

    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    filterset_fields: ClassVar = ["site", "kind", "name", "status"]
    action_permissions: ClassVar = {
        "preview": "segments.view_segment",
        "preview_history": "segments.view_segment",
        "compare": "segments.view_segment",
    }

    def get_queryset(self) -> QuerySet[Segment]:
        """Locked while it is being written, so that a build that ends meanwhile is not undone."""
        latest = (
            SegmentVersion.objects.filter(segment=OuterRef("pk")).order_by("-number").values("number")[:1]
        )
        rows: QuerySet[Segment] = super().get_queryset().annotate(version=Subquery(latest))
        return rows.select_for_update(of=("self",)) if self.action in WRITING else rows

    @transaction.atomic
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    @transaction.atomic
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().update(request, *args, **kwargs)

    @transaction.atomic
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().destroy(request, *args, **kwargs)

    def perform_create(self, serializer: BaseSerializer[Segment]) -> None:
        serializer.validated_data.pop("version", None)
        is_list = serializer.validated_data.get("kind") == Segment.Kind.STATIC
        own = start_list(timezone.now()) if is_list else {}
        self._keep(serializer.save(created_by=find_responsible(self.request.user), **own))

    def perform_update(self, serializer: BaseSerializer[Segment]) -> None:
        opened = serializer.validated_data.pop("version", None)
        if serializer.instance is not None:
            refuse_stale(serializer.instance, opened)
        self._keep(serializer.save())

    def _keep(self, segment: Any) -> None:
        if segment.is_live:
            segment.version = keep_definition(segment, by=self.request.user, now=timezone.now()).number
        else:
            segment.version = None

    def perform_destroy(self, instance: Segment) -> None:
        usages = list_usages(instance)
        if usages:
            raise Conflict(f"Still used by {', '.join(usages)}. Change those first.")
        instance.delete()

    @extend_schema(responses=MembershipExplanationSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, query_serializer=ExplainRequestSerializer)
    def explain(self, request: Request, pk: str) -> Response:
        """Why a subscriber is, or is not, in a segment: its rule, each node with its answer and the facts behind it.

        Events are those up to `as_of`; attributes, profile, devices and memberships are as they are now.
        """
        segment = self.get_object()
        if not request.user.has_perms(TELLS_OF, segment):
            self.permission_denied(request)
        asked = self.read_query(request)
        people = Subscriber.objects.living().filter(site=segment.site_id)
        subscriber = get_object_or_404(people, pk=asked["subscriber"])
        as_of = asked["as_of"] or timezone.now()
        try:
            explanation = explain_membership(segment, subscriber, as_of=as_of)
        except RuleError as error:
            raise Conflict(f"The rule of this segment cannot be read: {error}") from None
        return Response(MembershipExplanationSerializer(explanation).data)


class HistoryViewSet(ListWithin[MembershipChange]):
    """Who entered and left a segment, when and why."""

    queryset = MembershipChange.objects.all()
    serializer_class = MembershipChangeSerializer
    filterset_fields: ClassVar = ["subscriber", "kind", "cause"]
    parent = "segment"
    newest_first = ("changed_at", "subscriber_id")


class SubscriberSegmentViewSet(ListWithin[Membership]):
    """The segments that one subscriber is in now."""

    queryset = Membership.objects.select_related("segment")
    serializer_class = SubscriberSegmentSerializer
    parent = "subscriber"
    newest_first = ("segment_id",)
