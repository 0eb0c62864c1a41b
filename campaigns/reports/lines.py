"""A report broken down: one line for each version, hour, kind of device, country, time zone or segment."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from campaigns.models import Campaign
from campaigns.reports.figures import Broken, Figures, read_segment_figures
from campaigns.reports.rates import Rate, measure_rate
from segments.models import Segment
from subscribers.countries import COUNTRIES
from subscribers.models import PushSubscription

UNKNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Line:
    """Those who have something in common, and what they did. `key` is for machines, `label` for people."""

    key: str
    label: str
    figures: Figures

    @property
    def display_rate(self) -> Rate:
        return measure_rate(self.figures.displayed, self.figures.sent)

    @property
    def click_rate(self) -> Rate:
        return measure_rate(self.figures.clicked, self.figures.sent)

    @property
    def conversion_rate(self) -> Rate:
        return measure_rate(self.figures.converted, self.figures.sent)


class HourCount(NamedTuple):
    """How many were sent and how many clicked within an hour."""

    hour: dt.datetime
    sent: int
    clicked: int


def break_down(broken: Broken) -> dict[str, list[Line]]:
    """By version and hour of the day in their order; by device, country and time zone those sent most first."""
    return {
        "variant": sorted(_make_lines(broken["variant"], _name_version), key=lambda line: line.key),
        "hour": sorted(_make_lines(broken["hour"], _name_hour), key=lambda line: int(line.key)),
        "device": _sort(_make_lines(broken["device"], _name_device)),
        "country": _sort(_make_lines(broken["country"], lambda code: COUNTRIES.get(code, code))),
        "timezone": _sort(_make_lines(broken["timezone"], str)),
    }


def report_segments(
    campaign: Campaign, segments: Iterable[Segment], *, occurrence: int | None = None
) -> list[Line]:
    """What those did who are in each of these segments now; whoever is in several is counted in each."""
    chosen = {segment.pk: segment for segment in segments}
    if not chosen:
        return []
    figures = read_segment_figures(campaign, list(chosen), occurrence=occurrence)
    return _sort([Line(str(pk), chosen[pk].name, each) for pk, each in figures.items()])


def count_hours(broken: Broken) -> list[HourCount]:
    """Each hour in which anything was sent or clicked, in order."""
    sent = {hour: figures.sent for (hour,), figures in broken["sent_hour"] if hour}
    clicked = {hour: figures.clicked for (hour,), figures in broken["clicked_hour"] if hour}
    return [
        HourCount(hour, sent.get(hour, 0), clicked.get(hour, 0))
        for hour in sorted(sent.keys() | clicked.keys())
    ]


def _make_lines(groups: Sequence[tuple[tuple[Any, ...], Figures]], name: Callable[[str], str]) -> list[Line]:
    """Of those who were sent something: whoever was left out has no device and no hour."""
    return [
        Line(
            "" if value is None else str(value),
            name(str(value)) if value not in (None, "") else UNKNOWN,
            figures,
        )
        for (value,), figures in groups
        if figures.sent
    ]


def _sort(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.figures.sent, line.label))


def _name_version(letter: str) -> str:
    return f"Version {letter}"


def _name_hour(hour: str) -> str:
    return f"{int(hour):02}:00–{int(hour):02}:59"


def _name_device(kind: str) -> str:
    return str(PushSubscription.Kind(kind).label)
