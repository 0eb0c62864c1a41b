"""The page that shows how segments overlap, and leads from any of their intersections to a segment of its own."""

from dataclasses import dataclass

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from access.audit import tell_shown
from segments.admin.combining import address_combination
from segments.admin.comparing import (
    Choice,
    address_of,
    build_context,
    find_answer,
    letter_segments,
    read_choice,
    require_view,
)
from segments.admin.shares import ShareCell, make_cell
from segments.admin.upset_chart import draw_upset, say_segments
from segments.looking.overlap import Intersection, Overlap, Pair, read_overlap
from segments.models import Segment

MOST_LISTED = 255  # all that eight segments can have


@dataclass(frozen=True)
class Line:
    """An intersection in the table: `letters` in it, what they stand for, how many, and the way to save them."""

    letters: str
    words: str
    intersection: Intersection
    url: str


def show_overlap(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Those of `?ids=3,5,8`; with `exact=1` counted in full, else at once. One alone is the first of a choice."""
    require_view(request, model_admin)
    choice = read_choice(request)
    if choice.segments and request.GET.getlist("ids") != [choice.ids]:
        return redirect(address_of("overlap", ids=choice.ids))  # one that can be shared
    context = build_context(request, model_admin, choice, title="Overlap of segments")
    if len(choice.segments) > 1:
        context |= _read(choice, exact=request.GET.get("exact") == "1")
    answer = context.get("answer")
    tell_shown(request, count=answer.union.count if isinstance(answer, Overlap) else 0)
    return TemplateResponse(request, "admin/segments/overlap.html", {**context, "page": "overlap"})


def _read(choice: Choice, *, exact: bool) -> dict[str, object]:
    now = timezone.now()
    overlap, problem = find_answer(
        lambda fully: read_overlap(choice.segments, now=now, exact=fully), exact=exact
    )
    if overlap is None:
        return {"problem": problem}
    return {
        "answer": overlap,
        "slow": problem,
        "exact_url": "" if overlap.exact else address_of("overlap", ids=choice.ids, exact="1"),
        "chart": draw_upset(overlap),
        "lines": [_write_line(overlap, each) for each in overlap.intersections[:MOST_LISTED]],
        "pairs": [
            (lettered, _write_pairs(overlap.pairs[place]))
            for place, lettered in enumerate(letter_segments(overlap.segments))
        ],
    }


def _write_line(overlap: Overlap, each: Intersection) -> Line:
    letters = " ".join(
        chr(ord("A") + place) for place, segment in enumerate(overlap.segments) if segment in each.segments
    )
    return Line(letters, say_segments(each), each, address_combination(each.segments, each.others))


def _write_pairs(row: tuple[Pair, ...]) -> list[ShareCell]:
    return [_write_pair(pair, is_same=pair.first == pair.second) for pair in row]


def _write_pair(pair: Pair, *, is_same: bool) -> ShareCell:
    if is_same:
        return make_cell(pair.size, pair.share, words=f"are in {pair.first}", is_same=True)
    url = address_combination((pair.first, pair.second))
    return make_cell(pair.size, pair.share, words=f"are in {pair.first} and in {pair.second}", url=url)
