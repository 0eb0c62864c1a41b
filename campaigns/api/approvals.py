"""Two pairs of eyes, through the management door."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from access.scoping import find_responsible
from campaigns.approvals import (
    ApprovalError,
    State,
    approve_campaign,
    ask_approval,
    read_standing,
    say_standing,
)
from campaigns.models import Campaign, CampaignApproval
from subscribers.api.errors import Conflict
from subscribers.api.strict import StrictFields

STATES = [(state.value, state.value) for state in State]


class ApprovalSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        STATES,
        help_text="Only not_needed and approved let it be launched; void: it was changed or grew since",
    )
    sentence = serializers.CharField(help_text="What keeps it from going out; empty: nothing")
    people = serializers.IntegerField(
        allow_null=True, help_text="Whom it goes to now; null: this site asks for no approval"
    )
    digest = serializers.CharField(
        help_text="Of all that would be approved now; empty where none is asked for"
    )
    asked_by = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    approved_by = serializers.CharField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)


class ApproveRequestSerializer(StrictFields):
    digest = serializers.CharField(
        required=False,
        max_length=64,
        help_text="Of what was looked at, as /approval/ told it: 409 if it was changed since",
    )


class ApprovalActions(viewsets.GenericViewSet[Campaign]):
    """Asking for somebody else's approval, and giving it. Mixed into the view of campaigns."""

    @extend_schema(responses=ApprovalSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def approval(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Whether it needs a second person's approval, and has it."""
        return self._tell(self.get_object())

    @extend_schema(request=None, responses=ApprovalSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="ask-approval", pagination_class=None)
    def ask_approval(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have it wait for somebody else's approval."""
        StrictFields(data=request.data).is_valid(raise_exception=True)
        campaign = self.get_object()
        try:
            ask_approval(campaign, by=find_responsible(request.user), now=timezone.now())
        except ApprovalError as error:
            raise Conflict(str(error)) from None
        return self._tell(campaign)

    @extend_schema(request=ApproveRequestSerializer, responses=ApprovalSerializer, filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Approve it as it is now. Whoever wrote it last, or asked for it, cannot; nor can a key, which has no eyes."""
        if not isinstance(request.user, User):
            raise PermissionDenied("Only a person can approve a campaign, not a key.")
        form = ApproveRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        campaign, digest = self.get_object(), form.validated_data.get("digest")
        try:
            approve_campaign(campaign, by=request.user, now=timezone.now(), digest=digest)
        except ApprovalError as error:
            raise Conflict(str(error)) from None
        return self._tell(campaign)

    def _tell(self, campaign: Campaign) -> Response:
        standing = read_standing(campaign)
        asked, given = standing.request or standing.approval, standing.approval
        told = {
            "state": standing.state.value,
            "sentence": say_standing(standing),
            "people": standing.people,
            "digest": standing.digest,
            "asked_by": _name(asked, "asked_by"),
            "asked_at": asked.asked_at if asked else None,
            "approved_by": _name(given, "approved_by"),
            "approved_at": given.approved_at if given else None,
        }
        return Response(ApprovalSerializer(told).data)


def _name(approval: CampaignApproval | None, role: str) -> str | None:
    person: User | None = getattr(approval, role, None)
    return person.get_username() if person else None
