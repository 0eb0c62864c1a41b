"""A campaign's goal: the event by which somebody converts, read, checked, said in English and turned into SQL."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from campaigns.models import Campaign
from segments.definitions import read_log
from segments.rules import Names, RuleError, parse_rule
from segments.rules.describe_events import describe_events
from segments.rules.event_nodes import EventCondition
from segments.rules.event_sql import EventCompiler
from segments.rules.operators import Arity
from segments.rules.sql import Fragment
from segments.rules.subqueries import Subqueries
from segments.rules.windows import Bounds
from subscribers.models import Site
from tracking.models import EventType

LONGEST_WINDOW = dt.timedelta(days=90)
_OWN = (
    "$push_",
    "$converted",
)  # what campaigns record themselves: a click is no goal, and a conversion is made of it


class GoalError(ValueError):
    """A goal that cannot be understood. `problems` are sentences that say what would be right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def read_goal(document: Any) -> EventCondition:
    """The event node {"type": "event", "event": …, "where": […]} that reaches a goal; GoalError if it is none."""
    if not isinstance(document, dict) or document.get("type") != "event":
        raise GoalError(['A goal is one event: {"type": "event", "event": "purchase", "where": []}.'])
    try:
        node = parse_rule({"version": 1, "root": document}).root
    except RuleError as error:
        problems = [f"{_write_path(each.path)}: {each.message}" for each in error.problems]
        raise GoalError(problems) from None
    if not isinstance(node, EventCondition):
        raise GoalError(['A goal is one event: {"type": "event", "event": "purchase", "where": []}.'])
    if problems := list(_find_problems(node)):
        raise GoalError(problems)
    return node


def check_goal(campaign: Campaign) -> list[str]:
    """What stands in the way of counting a campaign's conversions; empty if nothing does, or none are counted."""
    if campaign.goal is None:
        return []
    try:
        read_goal(campaign.goal)
    except GoalError as error:
        problems = error.problems
    else:
        problems = []
    return [*problems, *_check_windows(campaign)]


def remark_on_goal(campaign: Campaign) -> list[str]:
    """What may be a slip in a goal that can be counted: an event or a property that was never seen."""
    try:
        goal = read_goal(campaign.goal)
    except GoalError:
        return []
    seen = EventType.objects.filter(site=campaign.site_id, name=goal.event).first()
    if seen is None:
        return [f"Nobody has done “{goal.event}” so far. Is that how your site calls it?"]
    asked = {test.property for test in goal.where} | {campaign.revenue_property} - {""}
    return [
        f"No “{goal.event}” event has had a property “{name}” so far."
        for name in sorted(asked - seen.properties.keys())
    ]


def describe_goal(document: Any) -> str:
    """What somebody does who converts, in words that follow “who”; or what is wrong with the goal."""
    try:
        goal = read_goal(document)
    except GoalError as error:
        return f"(this goal cannot be read: {error})"
    return describe_events(goal, Names()).removeprefix("who ")


def describe_counting(campaign: Campaign) -> str:
    """A sentence that says what counts as a conversion of a campaign, and until when."""
    if campaign.goal is None:
        return "Conversions are not counted."
    after = [(campaign.click_window, "a click"), (campaign.view_window, "it was seen")]
    windows = " or ".join(f"within {_write_span(window)} after {what}" for window, what in after if window)
    often = "every time" if campaign.counts_every_conversion else "the first time alone"
    return f"A conversion is somebody who {describe_goal(campaign.goal)} {windows}; {often} counts."


def find_longest_window(campaign: Campaign) -> dt.timedelta:
    """How long people are followed after their push was due, whether or not it reached them."""
    return max(campaign.click_window or dt.timedelta(0), campaign.view_window or dt.timedelta(0))


def compile_goal(
    site: Site, goal: EventCondition, bounds: Bounds, *, alias: str = "event"
) -> Fragment | None:
    """Which rows of the log, called `alias`, reach a goal within the bounds; None: nobody ever did such a thing.

    What the log has forgotten (tracking/retention.py) is not among them.
    """
    compiler = EventCompiler(bounds.upper, read_log(site, [goal.event]), Subqueries())
    return compiler.select(goal.event, bounds, goal.where, alias)


def _find_problems(node: EventCondition) -> Iterator[str]:
    if node.event.startswith(_OWN):
        yield f"“{node.event}” is what campaigns record themselves. Choose something that people do on your site."
    if node.count is not None or node.within is not None:
        yield "A goal is one event; “count” and “within” belong to segments. The windows of the campaign say until when it counts."
    for test in node.where:
        if test.row.arity is Arity.DURATION:
            yield (
                f"“{test.row.label}” in a goal would depend on when it is asked. "
                "Compare the property with a value that does not move."
            )


def _check_windows(campaign: Campaign) -> Iterator[str]:
    windows = {"a click": campaign.click_window, "it was seen": campaign.view_window}
    if not any(windows.values()):
        yield "Say for how long a conversion counts after a click, or after it was seen."
    for what, window in windows.items():
        if window is not None and not dt.timedelta(0) <= window <= LONGEST_WINDOW:
            yield f"Conversions count for at most {LONGEST_WINDOW.days} days after {what}."


def _write_path(path: str) -> str:
    """`where[0].value` of `root.where[0].value`: a goal has no root."""
    return path.removeprefix("root").removeprefix(".") or "The goal"


def _write_span(span: dt.timedelta) -> str:
    for unit, length in (("day", dt.timedelta(days=1)), ("hour", dt.timedelta(hours=1))):
        if span % length == dt.timedelta(0):
            number = span // length
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return f"{span / dt.timedelta(minutes=1):,.0f} minutes"
