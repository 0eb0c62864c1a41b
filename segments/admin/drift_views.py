"""The page that shows how people moved between segments from one moment to another."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from segments.admin.comparing import (
    Choice,
    address_of,
    build_context,
    find_answer,
    letter_segments,
    read_choice,
    require_view,
)
from segments.admin.flow_chart import draw_flows
from segments.admin.shares import ShareCell, make_cell
from segments.looking.choosing import ChoiceError
from segments.looking.drift import Drift, Flow, Move, read_drift
from segments.models import Segment
from subscribers.instants import check_instant

MOST_LISTED = 60
PERIODS = {"week": 7, "month": 30, "quarter": 91}  # days back from now
DEFAULT_PERIOD = "month"


@dataclass(frozen=True)
class Period:
    """`since` and `until` as the form has them, on the site's clock; `until` is None for now."""

    name: str
    since: dt.datetime
    until: dt.datetime | None


def show_drift(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Those of `?ids=3,5,8` over a `period`, or from `since` to `until`; with `exact=1` counted in full, else at once."""
    require_view(request, model_admin)
    choice = read_choice(request)
    if len(request.GET.getlist("ids")) > 1 and choice.segments:
        return redirect(address_of("drift", ids=choice.ids, **_keep(request)))
    context = build_context(request, model_admin, choice, title="Movement between segments")
    if choice.segments:
        context |= _read(request, choice)
    return TemplateResponse(request, "admin/segments/drift.html", {**context, "page": "drift"})


def _read(request: HttpRequest, choice: Choice) -> dict[str, object]:
    now = timezone.now()
    try:
        period = _read_period(request, choice.segments[0].site.zone, now)
        drift, problem = find_answer(
            lambda fully: read_drift(
                choice.segments, since=period.since, until=period.until, now=now, exact=fully
            ),
            exact=request.GET.get("exact") == "1",
        )
    except ChoiceError as error:
        return {"problem": str(error), "periods": _list_periods(choice, "")}
    found: dict[str, object] = {"periods": _list_periods(choice, period.name), "period": period}
    if drift is None:
        return {**found, "problem": problem}
    return {
        **found,
        "answer": drift,
        "slow": problem,
        "exact_url": "" if drift.exact else address_of("drift", ids=choice.ids, exact="1", **_keep(request)),
        "chart": draw_flows(drift),
        "flows": [_write_flow(drift, flow) for flow in drift.flows[:MOST_LISTED]],
        "flows_left_out": max(len(drift.flows) - MOST_LISTED, 0),
        "moves": [
            (lettered, _write_moves(drift.moves[place]))
            for place, lettered in enumerate(letter_segments(drift.segments))
        ],
    }


def _keep(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("period", "since", "until")}


def _read_period(request: HttpRequest, zone: ZoneInfo, now: dt.datetime) -> Period:
    """Raises ChoiceError for a moment that cannot be read."""
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    if since or until:
        if not since:
            raise ChoiceError("Say from when on.")
        return Period("", _read_moment(since, zone), _read_moment(until, zone) if until else None)
    name = request.GET.get("period", "")
    name = name if name in PERIODS else DEFAULT_PERIOD
    return Period(name, now - dt.timedelta(days=PERIODS[name]), None)


def _read_moment(text: str, zone: ZoneInfo) -> dt.datetime:
    """What a form's control for a moment holds: on the site's clock, unless an offset says otherwise."""
    try:
        moment = dt.datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ChoiceError(f"“{text[:40]}” is no moment. Write it like 2026-11-21T09:30.") from None
    try:
        return check_instant(moment)
    except ValueError as error:
        raise ChoiceError(f"“{text[:40]}” {error}.") from None


def _list_periods(choice: Choice, chosen: str) -> list[tuple[str, str, bool]]:
    return [
        (f"Last {name}", address_of("drift", ids=choice.ids, period=name), name == chosen) for name in PERIODS
    ]


def _write_flow(drift: Drift, flow: Flow) -> tuple[str, str, Flow]:
    letters = {segment: chr(ord("A") + place) for place, segment in enumerate(drift.segments)}
    before, after = (
        " ".join(letters[segment] for segment in places) or "none" for places in (flow.before, flow.after)
    )
    return before, after, flow


def _write_moves(row: tuple[Move, ...]) -> list[ShareCell]:
    return [
        make_cell(
            move.size,
            move.share,
            words=f"were in {move.first} and are in {move.second or 'none of them'} now",
            is_same=move.first == move.second,
        )
        for move in row
    ]
