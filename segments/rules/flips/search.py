"""The search for the next instant at which a rule's answer changes without anything happening."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from segments.rules.ast import Rule
from segments.rules.facts import SubscriberFacts
from segments.rules.flips.futures import Future
from segments.rules.flips.leaves import follow_condition
from segments.rules.flips.timelines import Timeline
from segments.rules.windows import LATEST

# Conditions may turn for ever without the whole ever changing: on Mondays, and on Tuesdays.
MOST_TURNS = 2_000


@dataclass(frozen=True)
class Outlook:
    """`changes_at`: when the answer is another one for the first time; None: at no time, or none that is known.

    `certain_until`: where the search was given up. The answer does not change up to then; None: it is certain for good.
    """

    changes_at: dt.datetime | None
    certain_until: dt.datetime | None = None


def find_next_flip(
    rule: Rule, facts: SubscriberFacts, *, as_of: dt.datetime, zone: ZoneInfo
) -> dt.datetime | None:
    """The earliest instant after `as_of` at which time alone could change what `evaluate_rule` says, in UTC.

    Exact for one condition; for a group it may be early, never late. None: time alone never changes it, at least not
    before the year 2200, where the rule language ends. `zone` is the site's. Events later than `as_of` are taken to
    happen when their time comes; attributes, profile, devices and segments stay as they are.
    """
    return find_flip(follow_rule(rule, facts, as_of=as_of, zone=zone))


def find_next_change(rule: Rule, facts: SubscriberFacts, *, as_of: dt.datetime, zone: ZoneInfo) -> Outlook:
    """The earliest instant after `as_of` at which `evaluate_rule` says something else, if nothing else happens."""
    return find_change(follow_rule(rule, facts, as_of=as_of, zone=zone))


def follow_rule(rule: Rule, facts: SubscriberFacts, *, as_of: dt.datetime, zone: ZoneInfo) -> Timeline:
    """The rule's answer from `as_of` on; its parts are those of the conditions."""
    return follow_condition(rule.root, Future(facts, as_of.astimezone(dt.UTC), zone))


def find_flip(timeline: Timeline) -> dt.datetime | None:
    return timeline.turns_at if timeline.turns_at <= LATEST else None


def find_change(timeline: Timeline) -> Outlook:
    """This advances the timeline."""
    holds = timeline.holds
    for _ in range(MOST_TURNS):
        at = find_flip(timeline)
        if at is None:
            return Outlook(None)
        timeline.advance(at)
        if timeline.holds != holds:
            return Outlook(at)
    return Outlook(None, certain_until=at)
