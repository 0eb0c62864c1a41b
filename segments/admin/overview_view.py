"""The page “How it is doing”: a segment's size over time, who moved and why, how fresh it is, and who relies on it."""

import datetime as dt
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.admin import find_own
from access.audit import tell_shown
from segments.admin.size_chart import draw_moves, draw_sizes
from segments.admin.wording import CAUSES, advise_on_failure, say_freshness, say_moment
from segments.definitions import describe_segment
from segments.looking.export import EXPORTS
from segments.looking.freshness import Freshness, read_freshness
from segments.looking.history import read_history, read_latest_changes
from segments.models import Segment
from segments.usage import list_concerned

PERIODS = (30, 90, 365)  # days


@require_GET
def show_overview(request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """`?days=`: 30, 90 or 365; anything else gives 30."""
    segment = find_own(request, Segment.objects.select_related("site", "live_version"), pk=segment_id)
    now = timezone.now()
    asked = request.GET.get("days", "")
    period = next((days for days in PERIODS if str(days) == asked), PERIODS[0])
    freshness = read_freshness(segment, now=now)
    tell_shown(request, count=segment.member_count)
    context = {
        **model_admin.admin_site.each_context(request),
        **_show_history(segment, period, now),
        "title": f"How {segment.name} is doing",
        "opts": Segment._meta,
        "segment": segment,
        "sentence": describe_segment(segment),
        "period": period,
        "periods": PERIODS,
        "latest": read_latest_changes(segment),
        "causes": CAUSES,
        "freshness": freshness,
        "freshness_words": say_freshness(segment, freshness.right_as_of, now=now),
        "costs": _say_costs(segment, freshness),
        "outlook": _say_outlook(segment, freshness, now),
        "advice": advise_on_failure(segment),
        "usages": list_concerned(segment),
        "may_change": model_admin.has_change_permission(request, segment),
        "may_export": request.user.has_perms(EXPORTS, segment),
    }
    return TemplateResponse(request, "admin/segments/overview.html", context)


def _show_history(segment: Segment, period: int, now: dt.datetime) -> dict[str, Any]:
    days = read_history(segment, days=period, now=now)
    return {"days": days, "sizes": draw_sizes(days), "moves": draw_moves(days)} if days else {"days": []}


def _say_costs(segment: Segment, freshness: Freshness) -> list[tuple[str, str]]:
    """What is shown of the work that keeps it right; nothing of a list, which needs none."""
    if not segment.is_live:
        return []
    each = freshness.ms_per_thousand
    costs = [
        ("Asked about today", f"{freshness.asked_today:,} times somebody"),
        (
            "Asking about 1,000 people",
            f"{each:,.0f} ms today" if each is not None else "nobody was asked today",
        ),
        ("Looking whom time moves", f"{segment.sweep_us / 1000:,.1f} ms each time"),
    ]
    built = [("Building it as a whole", f"{segment.build_ms:,} ms")] if segment.build_ms is not None else []
    return [*costs, *built]


def _say_outlook(segment: Segment, freshness: Freshness, now: dt.datetime) -> str:
    """When time alone may move somebody next."""
    outlook = freshness.outlook
    if not segment.is_live:
        return "Never: people keep this list."
    if not outlook.is_known:
        return "Not known: no index serves what the rule asks for, so looking for it would take too long. Time is followed nevertheless."
    if outlook.turns_at is None:
        return "Never: time alone changes nothing about this rule."
    return f"{say_moment(outlook.turns_at, now=now).capitalize()} at the earliest"
