"""How segments are doing, in words."""

import datetime as dt

from django.utils.timesince import timesince

from segments.models import MembershipChange, Segment

SECOND = dt.timedelta(seconds=1)
UP_TO_DATE = 5 * SECOND  # what nobody notices

# As the list of causes in MembershipChange has it, but said of people who moved.
CAUSES = {
    MembershipChange.Cause.BUILD: "the segment was built",
    MembershipChange.Cause.EDIT: "the rule was edited",
    MembershipChange.Cause.EVENT: "they did something",
    MembershipChange.Cause.PROFILE: "something known of them changed",
    MembershipChange.Cause.SEGMENT: "they entered or left a segment that this one is built on",
    MembershipChange.Cause.TIME: "time passed",
    MembershipChange.Cause.LIST: "somebody changed the list",
}


def say_freshness(segment: Segment, right_as_of: dt.datetime | None, *, now: dt.datetime) -> str:
    """“up to date”, “2 minutes behind”; `right_as_of` as segments.looking.freshness has it."""
    if right_as_of is None:
        return "not built yet"
    lag = say_lag(now - right_as_of)
    if segment.status == Segment.Status.FAILED:
        return f"set aside, {lag}"
    if segment.status == Segment.Status.BUILDING:
        return f"being built; its members are {lag}"
    return lag


def say_lag(lag: dt.timedelta) -> str:
    if lag < UP_TO_DATE:
        return "up to date"
    return f"{say_length(lag)} behind"


def say_length(length: dt.timedelta) -> str:
    """“12 seconds”, “3 minutes”, “2 hours”."""
    if length < 60 * SECOND:
        seconds = max(length // SECOND, 0)
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    start = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    return timesince(start, start + length, depth=1).replace("\xa0", " ")


def say_moment(instant: dt.datetime, *, now: dt.datetime) -> str:
    """How far ahead: “in 3 hours”, “any moment now”."""
    ahead = instant - now
    return f"in {say_length(ahead)}" if ahead >= UP_TO_DATE else "any moment now"


def advise_on_failure(segment: Segment) -> str:
    """What to do about a segment that was set aside."""
    return (
        "Its members stay as they were, and campaigns go on with them. Correct the rule and save it; it is then built"
        " anew. Where nothing is wrong with the rule any more, because an attribute has its type back, saving it as it"
        " is does the same."
    )
