"""Who a rule would choose, asked by the rule builder while the rule is being built."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from access.audit import tell_shown
from segments.admin.builder_views import list_building_sites, require_builder
from segments.admin.moves_chart import draw_moves, say_comparison
from segments.admin.people import describe_people, may_see_people
from segments.definitions import say_shape
from segments.editing import compare_rule
from segments.models import Segment
from segments.preview import (
    Preview,
    PreviewBusy,
    PreviewImpossible,
    PreviewTooSlow,
    preview_rule,
    read_past_sizes,
)
from segments.rules import Problem, RuleError
from segments.rules.sameness import mean_same
from segments.usage import list_concerned
from subscribers.models import Site

RETRY_SECONDS = 1
Question = dict[str, Any]


@require_POST
def show_preview(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Who a rule would choose now, with `exact: false` at once; where that cannot be told, `problems` in words.

    400: the rule is at fault, 422: it takes too long, 429: ask again after Retry-After.
    """
    require_builder(request, model_admin)
    now = timezone.now()

    def answer() -> dict[str, Any]:
        asked, site = read_question(request)
        segment = Segment.objects.filter(pk=_read_key(asked, "segment"), site=site).first()
        exact = asked.get("exact") is not False
        preview = preview_rule(site, asked.get("rule"), as_of=now, exact=exact, segment=segment)
        told, key = asdict(preview), segment.pk if segment else None
        tell_shown(request, count=_find_most(preview), site=site.pk, segment=key, rule=told.pop("shape"))
        return {
            **told,
            "remarks": [remark._asdict() for remark in preview.remarks],
            "sample": describe_people(preview.sample, request, site, now),
        }

    return in_words(answer)


@require_POST
def show_comparison(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Whom saving the rule would add to a saved segment, and whom it would remove; 204: it is the rule as it is saved."""
    require_builder(request, model_admin)
    now = timezone.now()

    def answer() -> dict[str, Any] | None:
        asked, site = read_question(request)
        live = Segment.objects.filter(site=site, kind=Segment.Kind.LIVE)
        segment = live.filter(pk=_read_key(asked, "segment")).first()
        if segment is None:
            raise RuleError([Problem("segment", "There is no such live segment.")])
        if mean_same(segment.rule, asked.get("rule")):
            tell_shown(request, count=0, site=site.pk, segment=segment.pk)
            return None
        found = compare_rule(segment, asked.get("rule"), as_of=now)
        moved, shape = found.joins + found.leaves, say_shape(site, asked.get("rule"))
        tell_shown(request, count=moved, site=site.pk, segment=segment.pk, rule=shape)
        parts = draw_moves(found)
        some = {"join": found.joining, "leave": found.leaving, "stay": found.staying}
        examples = some if may_see_people(request, site) else {}
        return {
            "sentence": say_comparison(found),
            "parts": [asdict(part) for part in parts],
            "examples": {
                key: describe_people(people, request, site, now) for key, people in examples.items()
            },
            "used_by": [asdict(usage) for usage in list_concerned(segment)],
        }

    return in_words(answer)


@require_POST
def show_past(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """How many the rule would have chosen on each of the past 30 days; refused as a preview is."""
    require_builder(request, model_admin)
    now = timezone.now()

    def answer() -> dict[str, Any]:
        asked, site = read_question(request)
        sizes = read_past_sizes(site, asked.get("rule"), as_of=now)
        tell_shown(request, count=sizes.now or 0, site=site.pk, rule=say_shape(site, asked.get("rule")))
        return asdict(sizes)

    return in_words(answer)


def in_words(answer: Callable[[], dict[str, Any] | None]) -> HttpResponse:
    try:
        found = answer()
        return HttpResponse(status=204) if found is None else JsonResponse(found)
    except RuleError as error:
        return refuse(400, *error.problems)
    except PreviewImpossible as error:
        return refuse(400, Problem("", str(error)))
    except PreviewTooSlow as error:
        return refuse(422, Problem("", str(error)))
    except PreviewBusy as error:
        refusal = refuse(429, Problem("", str(error)))
        refusal["Retry-After"] = str(RETRY_SECONDS)
        return refusal


def refuse(status: int, *problems: Problem) -> HttpResponse:
    return JsonResponse({"problems": [asdict(problem) for problem in problems]}, status=status)


def read_question(request: HttpRequest) -> tuple[Question, Site]:
    """What is asked, and of which site. Raises RuleError."""
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):
        raise RuleError([Problem("", "The request is not JSON.")]) from None
    asked = asked if isinstance(asked, dict) else {}
    site = list_building_sites(request).filter(pk=_read_key(asked, "site")).first()
    if site is None:
        raise RuleError([Problem("site", "Choose a site first.")])
    return asked, site


def _find_most(preview: Preview) -> int | None:
    """How many it counted; of an estimate of few people, what they do not exceed."""
    return preview.count if preview.count is not None else preview.fewer_than


def _read_key(asked: Question, name: str) -> int:
    key = asked.get(name)
    return key if type(key) is int else 0  # nobody's; `True` is an int in Python, and would be the first
