"""What an event that reaches the goal is owed to, and which of several count. Pure: the whole rule of attribution."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from campaigns.models import Campaign, Conversion

Credit = Conversion.Credit
_RANK = {Credit.CLICK: 0, Credit.VIEW: 1, Credit.NONE: 2}


class Terms(NamedTuple):
    """What a campaign says about counting. No window: nothing is owed to such a thing."""

    click_window: dt.timedelta | None
    view_window: dt.timedelta | None
    counts_every: bool

    @property
    def longest_window(self) -> dt.timedelta:
        return max(self.click_window or dt.timedelta(0), self.view_window or dt.timedelta(0))


class Candidate(NamedTuple):
    """An event that reaches the goal, beside a delivery of the person who did it (`person_id`: who that is today)."""

    subscriber_id: int
    person_id: int
    event_id: UUID
    converted_at: dt.datetime
    revenue: float | None
    due_at: dt.datetime
    displayed_at: dt.datetime | None
    clicked_at: dt.datetime | None
    currency: str = ""
    unread: str = ""  # what stood in place of an amount and is none


class Credited(NamedTuple):
    """A candidate that counts."""

    candidate: Candidate
    credit: Credit


def read_terms(campaign: Campaign) -> Terms:
    return Terms(campaign.click_window, campaign.view_window, campaign.counts_every_conversion)


def choose_conversions(candidates: Iterable[Candidate], terms: Terms) -> list[Credited]:
    """Those that count, each event once; in whichever order the candidates come, and however often one of them does.

    Where not every one counts, somebody keeps their first after the push was due, by which those sent to are compared
    with those held out, and their first that is owed to the push, if that is another one.
    """
    people: defaultdict[int, dict[UUID, Credited]] = defaultdict(dict)
    for candidate in candidates:
        credit = find_credit(candidate, terms)
        if credit is not None:
            events, found = people[candidate.person_id], Credited(candidate, credit)
            events[candidate.event_id] = min(events.get(candidate.event_id, found), found, key=_rank)
    chosen = []
    for events in people.values():
        ordered = sorted(events.values(), key=_order)
        chosen += ordered if terms.counts_every else _keep_first(ordered, terms)
    return chosen


def find_credit(candidate: Candidate, terms: Terms) -> Credit | None:
    """A click goes before a look. What is owed to neither still counts for comparisons, if it came soon enough."""
    at = candidate.converted_at
    if _follows(at, candidate.clicked_at, terms.click_window):
        return Credit.CLICK
    if _follows(at, candidate.displayed_at, terms.view_window):
        return Credit.VIEW
    return Credit.NONE if _follows(at, candidate.due_at, terms.longest_window) else None


def _follows(at: dt.datetime, start: dt.datetime | None, window: dt.timedelta | None) -> bool:
    """Whether `start` lies in the rolling window (at - window, at] that ends with the event."""
    return start is not None and window is not None and start <= at < start + window


def _keep_first(ordered: list[Credited], terms: Terms) -> list[Credited]:
    first = next((each for each in ordered if _is_compared(each, terms)), None)
    owed = next((each for each in ordered if each.credit != Credit.NONE), None)
    # Of two that are kept one alone is owed to the push, whichever that was; the other is there to be compared.
    return [
        each if each is owed else each._replace(credit=Credit.NONE)
        for each in ordered
        if each is first or each is owed
    ]


def _is_compared(each: Credited, terms: Terms) -> bool:
    return _follows(each.candidate.converted_at, each.candidate.due_at, terms.longest_window)


def _rank(each: Credited) -> tuple[int, bool, int]:
    """Of several deliveries of one person, merged since, an event belongs to one."""
    candidate = each.candidate
    return _RANK[each.credit], candidate.subscriber_id != candidate.person_id, candidate.subscriber_id


def _order(each: Credited) -> tuple[dt.datetime, UUID]:
    return each.candidate.converted_at, each.candidate.event_id
