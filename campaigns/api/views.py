"""The management door of campaigns: written as drafts, launched, watched, stopped."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import django_filters as filters
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request, is_form_media_type
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from access.scoping import find_responsible
from campaigns.api.approvals import ApprovalActions
from campaigns.api.dry_runs import DryRunActions
from campaigns.api.reports import ReportActions
from campaigns.api.serializers import CampaignSerializer, DeliverySerializer
from campaigns.approvals import list_waiting
from campaigns.lifecycle import (
    LaunchError,
    LifecycleError,
    cancel_campaign,
    launch_campaign,
    pause_campaign,
    resume_campaign,
)
from campaigns.models import Campaign, Delivery, Variant
from campaigns.tasks import launch_scheduled_campaigns
from subscribers.api.errors import Conflict
from subscribers.api.nesting import ListWithin
from subscribers.api.strict import StrictFields
from subscribers.api.tagging import WRITING, Tagged
from subscribers.queueing import queue_on_commit

DRAFTS_ONLY = {*WRITING, "launch"}
STEPS = {"launch", "pause", "resume", "cancel", "winner"}
LAUNCH = "campaigns.launch_campaign"
Step = Callable[..., Campaign]


class CampaignFilter(filters.FilterSet):
    awaits_approval = filters.BooleanFilter(
        method="filter_awaiting", label="Whether somebody was asked to approve it, and nobody has yet"
    )

    class Meta:
        model = Campaign
        fields: ClassVar = ["site", "status", "schedule", "name", "awaits_approval"]

    def filter_awaiting(self, campaigns: QuerySet[Campaign], name: str, value: bool) -> QuerySet[Campaign]:
        waiting = list_waiting(Campaign.objects.all()).values("pk")
        return campaigns.filter(pk__in=waiting) if value else campaigns.exclude(pk__in=waiting)


class CampaignViewSet(
    DryRunActions, ReportActions, ApprovalActions, Tagged[Campaign], viewsets.ModelViewSet[Campaign]
):
    """One message, its audience and its schedule. Only a draft can be edited or deleted."""

    heeds_if_match: ClassVar = {*WRITING, *STEPS, "approve"}
    answers_etag: ClassVar = {*Tagged.answers_etag, *STEPS}
    tagged_also: ClassVar = ("status",)  # what was launched is no longer that draft
    queryset = Campaign.objects.select_related("site").prefetch_related(
        "include_segments", "exclude_segments", Prefetch("variants", Variant.objects.order_by("letter"))
    )
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    action_permissions: ClassVar = {
        "dry_run": "campaigns.view_campaign",
        "dry_run_people": "campaigns.view_delivery",
        "launch": LAUNCH,
        "pause": LAUNCH,
        "resume": LAUNCH,
        "cancel": LAUNCH,
        "winner": LAUNCH,
        "ask_approval": LAUNCH,
        "approve": "campaigns.approve_campaign",
    }

    def get_queryset(self) -> QuerySet[Campaign]:
        """Locked while it is being written, so that nobody launches what is just being changed."""
        rows = super().get_queryset()
        return rows.select_for_update(of=("self",)) if self.action in DRAFTS_ONLY else rows

    def get_object(self) -> Campaign:
        campaign = super().get_object()
        if self.action in DRAFTS_ONLY and campaign.status != Campaign.Status.DRAFT:
            now = campaign.get_status_display().lower()
            raise Conflict(f"Only a draft can be edited, deleted or launched; this campaign is {now}.")
        return campaign

    @transaction.atomic
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().update(request, *args, **kwargs)

    @transaction.atomic
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().destroy(request, *args, **kwargs)

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer[Campaign]) -> None:
        person = find_responsible(self.request.user)
        serializer.save(created_by=person, changed_by=person)

    def perform_update(self, serializer: BaseSerializer[Campaign]) -> None:
        serializer.save(changed_by=find_responsible(self.request.user))

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def launch(self, request: Request, pk: str) -> Response:
        """Start it, or make it wait for its time. 400 lists what stands in the way."""
        response = self._take(partial(launch_campaign, by=find_responsible(request.user)))
        queue_on_commit(launch_scheduled_campaigns)
        return response

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Stop sending until it is resumed."""
        return self._take(pause_campaign)

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on where it was paused."""
        return self._take(resume_campaign)

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop for good; whoever still waits is skipped."""
        return self._take(cancel_campaign)

    def _take(self, step: Step) -> Response:
        now: dt.datetime = timezone.now()
        _refuse_wishes(self.request)
        try:
            campaign = step(self.get_object(), now=now)
        except LifecycleError as error:
            raise _refuse(error) from None
        return Response(self.get_serializer(campaign).data)


def _refuse_wishes(request: Request) -> None:
    """No step has fields. A form is looked at, too: there are clients that send an empty one with every POST."""
    is_form = is_form_media_type(request.content_type or "")
    StrictFields(data=request._request.POST.dict() if is_form else request.data).is_valid(
        raise_exception=True
    )


def _refuse(error: LifecycleError) -> Conflict | ValidationError:
    if isinstance(error, LaunchError):
        return ValidationError(error.problems, code="not_ready")
    return Conflict(str(error))


class DeliveryViewSet(ListWithin[Delivery]):
    """What became of each person in a campaign's audience."""

    queryset = Delivery.objects.all()
    serializer_class = DeliverySerializer
    filterset_fields: ClassVar = ["status", "reason", "subscriber"]
    parent = "campaign"
    newest_first = ("occurrence", "subscriber_id")
