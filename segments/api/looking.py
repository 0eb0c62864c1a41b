"""Looking at one segment through the management door: its sizes, its freshness, its members then, and as a file."""

from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from segments.api.looking_serializers import (
    FreshnessSerializer,
    PastRequestSerializer,
    SizesRequestSerializer,
    SizesSerializer,
)
from segments.looking.export import EXPORTS, name_file, write_members
from segments.looking.freshness import find_watermark, read_freshness, read_waiting
from segments.looking.history import read_history
from segments.looking.past_members import (
    PastPage,
    count_past_members,
    read_past_members,
    refuse_past,
)
from segments.models import Membership, Segment
from subscribers.api.nesting import ListWithin
from subscribers.api.strict import KnownQuery
from subscribers.models import Subscriber


class LookingActions(KnownQuery, viewsets.GenericViewSet):  # type: ignore[type-arg]  # mixed into that of segments
    """How a segment is doing."""

    @extend_schema(responses=SizesSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, query_serializer=SizesRequestSerializer)
    def sizes(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """How many members it had at the end of each day, and how many entered and left on it."""
        asked = self.read_query(request)
        segment, now = self.get_object(), timezone.now()
        waits_since = read_waiting([segment.site_id]).get(segment.site_id)
        shown = {
            "timezone": segment.site.clock_name,
            "right_as_of": find_watermark(segment, waits_since, now=now),
            "days": read_history(segment, days=asked["days"], now=now),
        }
        return Response(SizesSerializer(shown).data)

    @extend_schema(responses=FreshnessSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def freshness(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """For which instant its members are right, what that costs, and when time will next move somebody."""
        segment, now = self.get_object(), timezone.now()
        freshness = read_freshness(segment, now=now)
        lag = now - freshness.right_as_of if freshness.right_as_of else None
        return Response(FreshnessSerializer({"segment": segment, "freshness": freshness, "lag": lag}).data)


class CSVRenderer(BaseRenderer):
    """Says that a list can be had as CSV. The list itself is streamed; what comes here are refusals."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return JSONRenderer().render(data)


class LookAtMembers(ListWithin[Membership]):
    """Who is in a segment now, who was in it at a past instant, and the same as a file."""

    renderer_classes = (JSONRenderer, CSVRenderer)

    def list_query_parameters(self) -> set[str]:
        own = {"at", "format"} if self.action == "list" else set()
        return super().list_query_parameters() | own

    @extend_schema(
        parameters=[
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="Who was in it then; absent: now"),
            OpenApiParameter("format", str, enum=["json", "csv"], description="csv: all members, streamed"),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Members now, by id downwards. With `at`, those of a past instant, and with them `at` and their `count`.

        A page of the past may be short, or empty, while `next` leads on. As CSV, `/members.csv` gives everybody who is
        in it now; that takes the right to export subscribers.
        """
        segment = self.find_own(Segment.objects.select_related("site"), pk=kwargs["segment_id"])
        if request.accepted_renderer.format == "csv":
            return self._export(request, segment)
        if "at" in request.query_params:
            return self._list_past(request, segment)
        return super().list(request, *args, **kwargs)

    def _export(self, request: Request, segment: Segment) -> HttpResponseBase:
        if not request.user.has_perms(EXPORTS, segment):
            self.permission_denied(request)
        file = name_file(segment, now=timezone.now())
        return StreamingHttpResponse(
            write_members(segment),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file}"'},
        )

    def _list_past(self, request: Request, segment: Segment) -> Response:
        form = PastRequestSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        problem = refuse_past(segment, asked["at"], now=timezone.now())
        if problem:
            raise ValidationError({"at": [problem]})
        page = read_past_members(segment, at=asked["at"], size=asked["page_size"], below=asked["cursor"])
        here = request.build_absolute_uri()
        return Response(
            {
                "at": asked["at"],
                "count": count_past_members(segment, at=asked["at"]),
                "next": replace_query_param(here, "cursor", page.below) if page.below is not None else None,
                "results": _write_past(page),
            }
        )


def _write_past(page: PastPage) -> list[dict[str, Any]]:
    """`label` is null for somebody who has been deleted since."""
    people = Subscriber.objects.in_bulk([member.subscriber_id for member in page.members])
    return [
        {
            "subscriber": member.subscriber_id,
            "label": str(people[member.subscriber_id]) if member.subscriber_id in people else None,
            "entered_at": member.entered_at,
        }
        for member in page.members
    ]
