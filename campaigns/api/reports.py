"""Watching a campaign through the management door, and reading what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.report_serializers import (
    ProgressRequestSerializer,
    ProgressSerializer,
    ReportRequestSerializer,
    ReportSerializer,
    WinnerRequestSerializer,
)
from campaigns.api.serializers import CampaignSerializer
from campaigns.experiments import WinnerError, choose_winner
from campaigns.models import Campaign
from campaigns.reports import CampaignReport, Progress, list_runs, read_progress
from campaigns.reports.choosing import choose_breakdown, choose_run
from campaigns.reports.export import EXPORTS, name_file, write_report
from campaigns.reports.keeping import recall_lift, recall_report, recall_segments
from segments.api.looking import CSVRenderer
from segments.looking.choosing import ChoiceError
from subscribers.api.strict import KnownQuery

MOST_RUNS = 100


class ReportActions(KnownQuery, viewsets.GenericViewSet[Campaign]):
    """How a campaign is doing, and how it did. Mixed into the view of campaigns."""

    @extend_schema(responses=ReportSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, query_serializer=ReportRequestSerializer)
    def report(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What became of the audience, and what they did. Worked out at most once a minute."""
        asked = self.read_query(request)
        campaign, now = self.get_object(), timezone.now()
        with _refuse("occurrence"):
            occurrence = choose_run(campaign, asked["occurrence"])
        with _refuse("segments"):
            segments = choose_breakdown(campaign, asked["segments"])
        kept = recall_report(campaign, occurrence=occurrence, now=now)
        by_segment = recall_segments(campaign, segments, occurrence=occurrence, now=now)
        report = kept.value
        shown = {
            **_list_fields(report),
            "as_of": kept.as_of,
            "display_rate": report.display_rate,
            "click_rate": report.click_rate,
            "breakdowns": {**report.breakdowns, "segment": by_segment.value},
            "lift": recall_lift(campaign, now=now).value,
            "runs": list_runs(campaign, most=MOST_RUNS),
        }
        return Response(ReportSerializer(shown).data)

    @extend_schema(responses=ProgressSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, query_serializer=ProgressRequestSerializer)
    def progress(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """How far it has come: who is due, being sent to and done, how fast it goes, when it will be over."""
        asked = self.read_query(request)
        campaign = self.get_object()
        with _refuse("occurrence"):
            occurrence = choose_run(campaign, asked["occurrence"])
        progress = read_progress(campaign, occurrence=occurrence, now=timezone.now())
        own = ("status", "status_reason", "winner_by", "winner", "winner_note")
        shown = {**_list_fields(progress), **{name: getattr(campaign, name) for name in own}}
        return Response(ProgressSerializer(shown).data)

    @extend_schema(request=WinnerRequestSerializer, responses=CampaignSerializer, filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def winner(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a version win: whoever waits for the end of the test gets it, and so do later runs."""
        form = WinnerRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            campaign = choose_winner(self.get_object(), form.validated_data["variant"], now=timezone.now())
        except WinnerError as error:
            raise ValidationError({"variant": [str(error)]}) from None
        return Response(CampaignSerializer(campaign).data)


class ReportFileViewSet(KnownQuery, viewsets.GenericViewSet[Campaign]):
    """What became of each person, as a file."""

    queryset = Campaign.objects.select_related("site")
    renderer_classes = (CSVRenderer, JSONRenderer)
    pagination_class = None
    query_serializer = ProgressRequestSerializer

    @extend_schema(
        operation_id="campaigns_report_csv",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=False,
    )
    def retrieve(self, request: Request, campaign_id: int) -> HttpResponseBase:
        """One line for each person of each run, streamed. Takes the right to export subscribers, too."""
        campaign = self.find_own(self.get_queryset(), pk=campaign_id)
        if not request.user.has_perms(EXPORTS, campaign):
            self.permission_denied(request)
        with _refuse("occurrence"):
            occurrence = choose_run(campaign, self.read_query(request)["occurrence"])
        file = name_file(campaign, occurrence=occurrence, now=timezone.now())
        return StreamingHttpResponse(
            write_report(campaign, occurrence=occurrence),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file}"'},
        )


def _list_fields(figures: CampaignReport | Progress) -> dict[str, Any]:
    return {field.name: getattr(figures, field.name) for field in fields(figures)}


@contextmanager
def _refuse(field: str) -> Iterator[None]:
    try:
        yield
    except ChoiceError as error:
        raise ValidationError({field: [str(error)]}) from None
