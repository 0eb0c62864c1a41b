"""Changing a live segment's rule: what that would do is shown first, then it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from access.admin import find_own
from segments.admin.moves_chart import draw_moves, say_comparison
from segments.admin.people import describe_people, may_see_people
from segments.editing import Comparison, review_edit
from segments.forms import CONFIRMED, GO_BACK, SegmentForm
from segments.models import Segment, SegmentVersion
from segments.rules import RuleError
from segments.versions import find_latest, restore_version, say_changed
from subscribers.models import Site

# What is no part of the form that waits.
OURS = {CONFIRMED, GO_BACK, "csrfmiddlewaretoken"}
PAGES = {"segment": "admin:segments_segment_change", "campaign": "admin:campaigns_campaign_change"}


@dataclass(frozen=True)
class Question:
    """What waits for an answer: `hidden` is sent along with it. `version`: the one that is to be used again.

    `changed`: what happened while somebody was being asked.
    """

    rule: Any
    hidden: Sequence[tuple[str, str]]
    version: int | None = None
    changed: str = ""


def ask_before_saving(
    request: HttpRequest, object_id: str, model_admin: ModelAdmin[Segment]
) -> HttpResponse | None:
    """The page between a form with another rule and its saving; None: there is nothing to ask, the form goes on."""
    if request.method != "POST" or {CONFIRMED, GO_BACK} & request.POST.keys():
        return None
    segment = model_admin.get_object(request, object_id)
    if segment is None or not segment.is_live or not model_admin.has_change_permission(request, segment):
        return None
    before = segment.rule
    kind = model_admin.get_form(request, segment, change=True)
    form = cast(SegmentForm, kind(request.POST, instance=segment))
    form.saves = False
    if not form.is_valid() or form.cleaned_data["rule"] == before:
        return None
    saved = Segment.objects.select_related("site").get(pk=segment.pk)
    hidden = [(key, value) for key, values in request.POST.lists() if key not in OURS for value in values]
    return _ask(request, model_admin, saved, Question(form.cleaned_data["rule"], hidden))


def restore(
    request: HttpRequest, segment_id: int, number: int, model_admin: ModelAdmin[Segment]
) -> HttpResponse:
    """What using an earlier rule again would do; posting it does it."""
    live = Segment.objects.filter(kind=Segment.Kind.LIVE).select_related("site")
    segment = find_own(request, live, "segments.change_segment", pk=segment_id)
    version = get_object_or_404(SegmentVersion, segment=segment, number=number)
    problem = ""
    try:
        if request.method == "POST":
            problem = _restore(request, segment, version)
            if not problem:
                model_admin.log_change(request, segment, f"Version {number} is used again")
                messages.success(request, f"The rule of version {number} is the segment’s again.")
                return redirect("admin:segments_segment_versions", segment.pk)
        latest = find_latest(segment)
        hidden = [("version", str(latest.number if latest else 0))]
        return _ask(request, model_admin, segment, Question(version.rule, hidden, number, problem))
    except RuleError as error:
        words = " ".join(each.message for each in error.problems)
        messages.error(request, f"Version {number} cannot be used any more: {words}")
        return redirect("admin:segments_segment_versions", segment.pk)


@transaction.atomic
def _restore(request: HttpRequest, segment: Segment, version: SegmentVersion) -> str:
    """What keeps it from being done: the rule was changed while the page was open; “”: nothing, it is done."""
    held = (
        Segment.objects.select_related("site").select_for_update(of=("self",), no_key=True).get(pk=segment.pk)
    )
    latest = find_latest(held)
    if latest and request.POST.get("version") != str(latest.number):
        return say_changed(held, latest)
    restore_version(held, version, by=request.user, now=timezone.now())
    return ""


def _ask(
    request: HttpRequest, model_admin: ModelAdmin[Segment], segment: Segment, question: Question
) -> HttpResponse:
    now = timezone.now()
    review = review_edit(segment, question.rule, as_of=now)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Change who is in {segment.name}?",
        "opts": Segment._meta,
        "segment": segment,
        "review": review,
        "used_by": [(usage, PAGES[usage.kind]) for usage in review.used_by],
        "words": say_comparison(review.comparison) if review.comparison else "",
        "parts": draw_moves(review.comparison) if review.comparison else [],
        "examples": _show_examples(review.comparison, request, segment.site) if review.comparison else [],
        "question": question,
        "confirmed": CONFIRMED,
        "go_back": GO_BACK,
    }
    return TemplateResponse(request, "admin/segments/confirm.html", context)


def _show_examples(
    comparison: Comparison, request: HttpRequest, site: Site
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Some of each, by a heading; to nobody who may not see subscribers."""
    if not may_see_people(request, site):
        return []
    now = timezone.now()
    groups = (
        ("Some of those who join", comparison.joining),
        ("Some of those who leave", comparison.leaving),
        ("Some of those who stay", comparison.staying),
    )
    return [(heading, describe_people(people, request, site, now)) for heading, people in groups if people]
