"""A report's shares in words, and where they lie on the small scales beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.reports import CampaignReport, Line, Rate
from campaigns.reports.clicks import Clicks
from campaigns.reports.report import Step

FIRST = 8  # lines that are shown at once; the others can be unfolded
LEAST = 30  # people; of fewer so little is known that their long intervals would press all others together
TITLES = {
    "variant": ("By version", "Version"),
    "device": ("By device", "Device"),
    "country": ("By country", "Country"),
    "timezone": ("By time zone", "Time zone"),
    "segment": ("By segment", "Segment"),
    "hour": ("By hour of the day", "Sent at"),
}
HINTS = {
    "hour": "The hour at which it was sent, on the site’s clock.",
    "local_hour": "The hour at which it was sent, on each person’s own clock.",
    "segment": "Members of these segments now; whoever is in several is counted in each.",
    "country": "As it is known of people now.",
}


@dataclass(frozen=True)
class RateWords:
    """“8.6 %” and “7.9–9.3 %”; `x`, `width` and `dot` place the interval and its middle on a scale, in per cent of it."""

    percent: str
    interval: str
    x: float
    width: float
    dot: float


@dataclass(frozen=True)
class LineRow:
    """One line of a breakdown."""

    line: Line
    display: RateWords
    click: RateWords
    conversion: RateWords


@dataclass(frozen=True)
class Breakdown:
    """A table; `rest` are the lines that are unfolded. `scale` says what the full width of the scale stands for."""

    key: str
    title: str
    noun: str
    hint: str
    rows: list[LineRow]
    rest: list[LineRow]
    scale: str


@dataclass(frozen=True)
class ClicksRow:
    """Something that could be clicked, and its share of all clicks."""

    clicks: Clicks
    share: RateWords


@dataclass(frozen=True)
class FunnelRow:
    """A step on the way from the audience to conversions; `of_sent` is None before anything was sent."""

    step: Step
    of_audience: RateWords
    of_sent: RateWords | None


def say_percent(value: float | None) -> str:
    """“8.6 %”; “–” of nobody; “< 0.1 %” where rounding would claim none."""
    if value is None:
        return "–"
    if 0 < value < 0.0005:
        return "<\u00a00.1\u00a0%"
    return f"{100 * value:.1f}\u00a0%"


def say_rate(rate: Rate, top: float = 1.0) -> RateWords:
    """On a scale that ends at `top`."""
    if rate.value is None or rate.low is None or rate.high is None:
        return RateWords("–", "", 0, 0, 0)
    low, high, middle = (min(100.0, 100 * value / top) for value in (rate.low, rate.high, rate.value))
    interval = f"{100 * rate.low:.1f}–{100 * rate.high:.1f}\u00a0%"
    return RateWords(say_percent(rate.value), interval, round(low, 2), round(high - low, 2), round(middle, 2))


def describe_breakdowns(
    report: CampaignReport, segments: Sequence[Line], *, by_local_time: bool = False
) -> list[Breakdown]:
    """Those that tell anything: one line alone is what the whole report says already."""
    lines = {**report.breakdowns, "segment": list(segments)}
    return [
        _describe(key, lines[key], "local_hour" if key == "hour" and by_local_time else key)
        for key in TITLES
        if len(lines[key]) > 1 or (key == "segment" and segments)
    ]


def describe_clicks(report: CampaignReport) -> list[ClicksRow]:
    return [ClicksRow(each, say_rate(each.of_clicks)) for each in report.clicks]


def describe_funnel(report: CampaignReport, *, has_goal: bool) -> list[FunnelRow]:
    """From the audience to clicks, and to conversions where the campaign has a goal."""
    return [
        FunnelRow(step, say_rate(step.of_audience), say_rate(step.of_sent) if step.of_sent else None)
        for step in report.funnel
        if has_goal or step.key != "converted"
    ]


def _describe(key: str, lines: Sequence[Line], hint: str) -> Breakdown:
    title, noun = TITLES[key]
    telling = [line for line in lines if line.figures.sent >= LEAST] or lines
    top = max((line.click_rate.high or 0 for line in telling), default=0) or 1.0
    rows = [
        LineRow(
            line,
            say_rate(line.display_rate),
            say_rate(line.click_rate, top),
            say_rate(line.conversion_rate),
        )
        for line in lines
    ]
    first = len(rows) if key in ("hour", "segment") else FIRST
    return Breakdown(key, title, noun, HINTS.get(hint, ""), rows[:first], rows[first:], say_percent(top))
