"""What must fit together in a campaign's form, field by field."""

from collections.abc import Iterator
from typing import Any

from campaigns.models import Campaign

Schedule = Campaign.Schedule
Complaint = tuple[str | None, str]  # a field (None: the whole form) and a sentence
_NEEDED = {
    Schedule.INSTANT: ("send_date", "send_time"),
    Schedule.LOCAL: ("local_date", "local_time"),
    Schedule.RECURRING: ("local_date", "local_time"),
}


def check_values(values: dict[str, Any], *, has_versions: bool) -> Iterator[Complaint]:
    """Complaints about values that are each fine by themselves."""
    yield from _check_segments(values)
    yield from _check_schedule(values)
    if has_versions:
        yield from _check_winner(values)
    yield from _check_goal(values)


def _check_segments(values: dict[str, Any]) -> Iterator[Complaint]:
    included = set(values.get("include_segments") or ())
    excluded = set(values.get("exclude_segments") or ())
    for segment in included & excluded:
        yield "exclude_segments", f"“{segment}” is in both lists, so nobody would be left: choose one."
    site = values.get("site")
    for segment in included | excluded:
        if site and segment.site_id != site.pk:
            yield "include_segments", f"“{segment}” belongs to another site: choose segments of {site}."


def _check_schedule(values: dict[str, Any]) -> Iterator[Complaint]:
    schedule = values.get("schedule", "")
    for name in _NEEDED.get(schedule, ()):
        if name in values and values[name] is None:
            example = "a day, like 24 December" if name.endswith("date") else "a time, like 09:00"
            yield name, f"Choose {example}: this schedule needs it."
    if schedule == Schedule.RECURRING:
        yield from _check_repeats(values)


def _check_repeats(values: dict[str, Any]) -> Iterator[Complaint]:
    if values.get("repeats") == Campaign.Repeats.WEEKLY and values.get("weekdays") == []:
        yield "weekdays", "Choose at least one day of the week."
    first, last = values.get("local_date"), values.get("repeat_until")
    if first and last and last < first:
        yield "repeat_until", "The last day comes before the first one."


def _check_winner(values: dict[str, Any]) -> Iterator[Complaint]:
    by_conversions = values.get("winner_by") == Campaign.WinnerBy.CONVERSIONS
    if by_conversions and not values.get("goal_event") and not values.get("goal_is_kept"):
        yield (
            "winner_by",
            "To find the winner by conversions, choose a goal below: which event counts as a conversion.",
        )


def _check_goal(values: dict[str, Any]) -> Iterator[Complaint]:
    if not values.get("goal_event") and not values.get("goal_is_kept"):
        return
    windows = ("click_window", "view_window")
    if all(name in values and values[name] is None for name in windows):
        yield "click_window", "Say for how long it counts, after a click, after it was seen, or both."
