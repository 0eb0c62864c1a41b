"""From a picture of several segments to a new one: those who are in some of them, and not in others."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from access.scoping import scope
from segments.looking.choosing import ChoiceError, choose_segments
from segments.models import Segment

LONGEST_NAME = 128


def address_combination(within: tuple[Segment, ...], without: tuple[Segment, ...] = ()) -> str:
    """The form for a new segment, filled in; the members of segments are read live, so that it goes on being true."""
    query = {"within": _join(within), "without": _join(without)}
    wanted = urlencode({key: ids for key, ids in query.items() if ids}, safe=",")
    return f"{reverse('admin:segments_segment_add')}?{wanted}"


def read_combination(request: HttpRequest) -> dict[str, Any]:
    """What `?within=3,5&without=8` puts into that form; nothing where these are no segments of one site."""
    within, without = request.GET.get("within", ""), request.GET.get("without", "")
    if not within:
        return {}
    own = scope(Segment.objects.all(), request.user)
    try:
        everybody = choose_segments(f"{within},{without}", among=own, least=1)
        inside = choose_segments(within, among=own, least=1)
    except ChoiceError:
        return {}
    outside = [segment for segment in everybody if segment not in inside]
    conditions = [_write_condition(segment, member=True) for segment in inside]
    conditions += [_write_condition(segment, member=False) for segment in outside]
    name = " and ".join(segment.name for segment in inside)
    if outside:
        name += f", not {' or '.join(segment.name for segment in outside)}"
    return {
        "site": inside[0].site_id,
        "name": name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…",
        "rule": {"version": 1, "root": {"type": "group", "match": "all", "conditions": conditions}},
    }


def _write_condition(segment: Segment, *, member: bool) -> dict[str, Any]:
    return {"type": "segment", "segment": segment.pk, "member": member}


def _join(segments: tuple[Segment, ...]) -> str:
    return ",".join(str(segment.pk) for segment in segments)
