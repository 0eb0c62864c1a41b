"""What the rule builder asks for while a rule is being built: what is known about a site, and who is chosen."""

import datetime as dt
import json
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.http import require_GET, require_POST

from segments.catalogue import read_catalogue
from segments.models import Segment
from segments.preview import Preview, PreviewTooSlow, SampleMember, preview_rule
from segments.rules import Problem, RuleError
from subscribers.models import Site


@require_GET
def show_catalogue(request: HttpRequest, site_id: int, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Attributes, events, places and so on that conditions can name, and the zone in which times are given."""
    _require_builder(request, model_admin)
    site = get_object_or_404(Site, pk=site_id)
    return JsonResponse({"timezone": site.timezone, **read_catalogue(site, now=timezone.now())})


@require_POST
def show_preview(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Who a rule would choose now; 400 with `problems` in words when that cannot be told."""
    _require_builder(request, model_admin)
    now = timezone.now()
    try:
        site, rule, segment = _read_question(request.body)
        preview = preview_rule(site, rule, as_of=now, segment=segment)
    except RuleError as error:
        return _refuse(error.problems)
    except PreviewTooSlow as error:
        return _refuse([Problem("", str(error))])
    answer = {
        "count": preview.count,
        "exact": preview.exact,
        "margin": preview.margin,
        "total": preview.total,
        "share": preview.share,
        "reachable": preview.reachable,
        "sentence": preview.sentence,
        "warnings": preview.warnings,
        "remarks": [remark._asdict() for remark in preview.remarks],
        "sample": _describe_sample(preview, request, now),
        "took_ms": preview.took_ms,
    }
    return JsonResponse(answer)


def _require_builder(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> None:
    """Building needs more than seeing: who may not save a segment has no use for counts of unsaved ones."""
    builds = model_admin.has_add_permission(request) or model_admin.has_change_permission(request)
    if not (builds and model_admin.has_view_permission(request)):
        raise PermissionDenied


def _read_question(body: bytes) -> tuple[Site, Any, Segment | None]:
    """The site, the rule to count, and the segment it belongs to once that is saved. Raises RuleError."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise RuleError([Problem("", "The request is not JSON.")]) from None
    asked = asked if isinstance(asked, dict) else {}
    site = Site.objects.filter(pk=_read_key(asked, "site")).first()
    if site is None:
        raise RuleError([Problem("site", "Choose a site first.")])
    segment = Segment.objects.filter(pk=_read_key(asked, "segment"), site=site).first()
    return site, asked.get("rule"), segment


def _read_key(asked: dict[str, Any], name: str) -> int:
    key = asked.get(name)
    return key if type(key) is int else 0  # nobody's; `True` is an int in Python, and would be the first


def _refuse(problems: list[Problem]) -> HttpResponse:
    body = {"problems": [{"path": each.path, "message": each.message} for each in problems]}
    return JsonResponse(body, status=400)


def _describe_sample(preview: Preview, request: HttpRequest, now: dt.datetime) -> list[dict[str, Any]]:
    may_open = request.user.has_perm("subscribers.view_subscriber")
    return [
        {
            "label": member.label,
            "note": _describe_member(member, now),
            "url": reverse("admin:subscribers_subscriber_change", args=[member.id]) if may_open else None,
        }
        for member in preview.sample
    ]


def _describe_member(member: SampleMember, now: dt.datetime) -> str:
    seen = f"seen {timesince(member.last_seen_at, now, depth=1)} ago"
    return " · ".join(filter(None, [member.country, seen, "" if member.reachable else "no push"]))
