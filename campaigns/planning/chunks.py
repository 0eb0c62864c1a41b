"""The audience of a run, decided chunk by chunk: one statement reads the people, at most two more what else they get."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db.models import Q

from campaigns.audience import CHUNK, Person, list_audience, read_audience
from campaigns.caps import find_horizon, read_others
from campaigns.planning.decisions import Decision, decide, must_wait
from campaigns.planning.terms import Terms
from campaigns.schedule import find_due
from subscribers.timezones import load_zone


def decide_audience(
    terms: Terms, *, after: int = 0, only: Q | None = None, chunk: int = CHUNK
) -> Iterator[list[Decision]]:
    """What becomes of everybody in the audience (of those in `only`) whose id is greater than `after`, in its order."""
    for people in read_audience(terms.campaign, after=after, only=only, chunk=chunk):
        yield decide_people(terms, people)


def decide_people(terms: Terms, people: Sequence[Person]) -> list[Decision]:
    """What becomes of each of these people, in their order."""
    others = _read_others(terms, people) if terms.caps else {}
    return [decide(terms, person, others.get(person.subscriber_id, ())) for person in people]


def settle_test(terms: Terms) -> Terms:
    """The terms with the end of the test known, where there is one: it is counted from the first who are due in it.

    Tested a day ahead, it ends when the first of the others are due.
    """
    if not terms.is_test or terms.test_ends_at is not None:
        return terms
    if terms.tests_ahead:
        ends_at = _find_first_due(terms)
    else:
        ends_at = _find_test_start(terms) + terms.campaign.test_duration
    return replace(terms, test_ends_at=ends_at, slots={})


def _find_first_due(terms: Terms) -> dt.datetime:
    """When the first of those who wait are due on the day itself: tested a day ahead, that is when it is decided."""
    names = list_audience(terms.campaign).order_by().values_list("timezone", flat=True).distinct()
    zones = {terms.find_slot(name, awaits_winner=True).timezone for name in names}
    dues = [find_due(terms.campaign, terms.day, load_zone(zone), now=terms.as_of) for zone in zones]
    return min((due.at for due in dues if not due.late), default=terms.as_of)


def _find_test_start(terms: Terms) -> dt.datetime:
    """When the first of those who are sent a version to try it are due; nobody is: the instant of the run itself.

    People of one time zone are due together: so it is enough to find one of them, and to look at the earliest first.
    """
    names = list_audience(terms.campaign).order_by().values_list("timezone", flat=True).distinct()
    for name in sorted(names, key=lambda name: terms.find_slot(name).due_at):
        if not terms.find_slot(name).reason:
            for people in read_audience(terms.campaign, only=Q(timezone=name)):
                tested = [person for person in people if not must_wait(terms, person.uuid)]
                if any(decision.is_planned for decision in decide_people(terms, tested)):
                    return terms.find_slot(name).due_at
    return terms.as_of


def _read_others(terms: Terms, people: Sequence[Person]) -> dict[int, list[dt.datetime]]:
    reachable = [person for person in people if person.reachable and not person.excluded]
    if not reachable:
        return {}
    waits = (False, True) if terms.is_test else (False,)
    slots = (terms.find_slot(person.timezone, awaits_winner=wait) for person in reachable for wait in waits)
    earliest = min(slot.due_at for slot in slots)
    return read_others(
        terms.campaign,
        terms.number,
        [person.subscriber_id for person in reachable],
        now=terms.as_of,
        since=find_horizon(terms.caps, earliest),
    )
