"""What a launch would do, through the management door."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from access.audit import tell_shown
from campaigns.api.dry_run_serializers import (
    DryRunPageSerializer,
    DryRunPersonSerializer,
    DryRunQuerySerializer,
    DryRunSerializer,
)
from campaigns.dry_runs import Wanted, list_people
from campaigns.dry_runs.answering import OPEN, answer_dry_run, find_dry_run
from campaigns.models import Campaign, DryRun
from subscribers.api.strict import KnownQuery

ANSWERS = {200: DryRunSerializer, 202: DryRunSerializer}


class DryRunActions(KnownQuery, viewsets.GenericViewSet[Campaign]):
    """Dry runs. Mixed into the view of campaigns."""

    @extend_schema(methods=["GET"], responses=ANSWERS, filters=False)
    @extend_schema(methods=["POST"], request=None, responses=ANSWERS, filters=False)
    @action(detail=True, methods=["get", "post"], url_path="dry-run", pagination_class=None)
    def dry_run(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Whom a launch now would reach, when, and who would be left out why. Plans nothing and sends nothing.

        For a small site it is worked out at once. For a large one a worker does it, and the answer is 202 until it is
        there: ask again every second or so. It holds for a quarter of an hour, or until the draft is changed; POST has it
        worked out anew.
        """
        user = request.user if isinstance(request.user, User) else None
        dry_run = answer_dry_run(self.get_object(), user, now=timezone.now(), anew=request.method == "POST")
        tell_shown(request, count=(dry_run.summary or {}).get("audience"))
        code = status.HTTP_202_ACCEPTED if dry_run.status in OPEN else status.HTTP_200_OK
        return Response(DryRunSerializer(_describe(dry_run)).data, status=code)

    @extend_schema(responses=DryRunPageSerializer, filters=False)
    @action(
        detail=True, methods=["get"], url_path="dry-run/people", pagination_class=None,
        query_serializer=DryRunQuerySerializer,
    )  # fmt: skip
    def dry_run_people(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Everybody in the audience, in order of id, each with what a launch would mean for them.

        A page can hold fewer people than asked for, or nobody, while there are more: `next` is null at the end.
        """
        asked, campaign, now = self.read_query(request), self.get_object(), timezone.now()
        user = request.user if isinstance(request.user, User) else None
        dry_run = find_dry_run(campaign, now=now) or answer_dry_run(campaign, user, now=now)
        wanted = Wanted(asked["search"], asked["zone"], asked["variant"], asked["reason"])
        page = list_people(
            campaign, wanted, as_of=dry_run.as_of, after=asked["cursor"], limit=asked["page_size"]
        )
        here = request.build_absolute_uri()
        rest = replace_query_param(here, "cursor", page.next_after) if page.next_after else None
        return Response({"next": rest, "results": DryRunPersonSerializer(page.people, many=True).data})


def _describe(dry_run: DryRun) -> dict[str, Any]:
    """The row with its figures, named as they always were at this door."""
    known = {name: getattr(dry_run, name) for name in ("status", "as_of", "looked_at", "total", "failure")}
    summary = dict(dry_run.summary or {})
    if not summary:
        return known
    summary["skipped_by_reason"] = summary.pop("by_reason")
    summary["remarks"] = [*summary["problems"], *summary["remarks"]]
    summary["by_due"] = [
        {
            "due_at": group["due_at"],
            "timezone": group["zone"],
            "local": group["local"],
            "count": group["people"],
        }
        for group in summary["by_due"]
    ]
    return {**summary, **known}
