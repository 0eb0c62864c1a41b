"""“Save these people as a list”: whom the rule in the builder gives now, as a list that stays as it is."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from access.admin import offer_own
from segments.admin.list_form import ListForm
from segments.admin.preview_views import in_words, read_question, refuse
from segments.models import Segment
from segments.rules import Problem, RuleError
from segments.snapshots import SnapshotStopped, take_snapshot


@require_POST
def save_snapshot(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Make the list, and say where it is and how many are on it. 400: name or rule is at fault, 422: it takes too long."""
    if not (model_admin.has_add_permission(request) and model_admin.has_view_permission(request)):
        raise PermissionDenied

    def answer() -> dict[str, Any]:
        asked, site = read_question(request)
        form = offer_own(ListForm, request.user, "add")(
            {"site": site.pk, "name": asked.get("name"), "description": ""}
        )
        if not form.is_valid():
            problems = [text for texts in form.errors.values() for text in texts]
            raise RuleError([Problem("name", str(text)) for text in problems])
        segment = take_snapshot(
            site, asked.get("rule"), name=form.cleaned_data["name"], by=request.user, now=timezone.now()
        )
        model_admin.log_addition(request, segment, "Taken as a snapshot of a rule")
        return {
            "sentence": _say_count(segment),
            "url": reverse("admin:segments_segment_change", args=[segment.pk]),
        }

    try:
        return in_words(answer)
    except SnapshotStopped as error:
        return refuse(422, Problem("", str(error)))


def _say_count(segment: Segment) -> str:
    count = segment.member_count
    return f"{intcomma(count)} {'person is' if count == 1 else 'people are'} on the list “{segment}” now."
