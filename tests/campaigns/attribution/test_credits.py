"""The rule of attribution: what an event is owed to, and which of several count."""

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.attribution.credits import Candidate, Terms, choose_conversions, find_credit
from campaigns.models import Conversion
from tests.factories import NOW

Credit = Conversion.Credit
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TERMS = Terms(click_window=3 * DAY, view_window=DAY, counts_every=False)
EVERY = TERMS._replace(counts_every=True)


def make_candidate(at: dt.timedelta = HOUR, **values: Any) -> Candidate:
    """Something that a person did so long after their push was due; `clicked` and `displayed`, too, count from there."""
    clicked, displayed = values.pop("clicked", None), values.pop("displayed", None)
    defaults = {
        "subscriber_id": 1,
        "person_id": 1,
        "event_id": uuid.uuid4(),
        "converted_at": NOW + at,
        "revenue": None,
        "due_at": NOW,
        "displayed_at": None if displayed is None else NOW + displayed,
        "clicked_at": None if clicked is None else NOW + clicked,
    }
    return Candidate(**{**defaults, **values})


def choose(*candidates: Candidate, terms: Terms = TERMS) -> list[tuple[dt.timedelta, str]]:
    chosen = choose_conversions(candidates, terms)
    return [(each.candidate.converted_at - NOW, each.credit.value) for each in chosen]


@pytest.mark.parametrize(
    ("candidate", "credit"),
    [
        (make_candidate(5 * HOUR, displayed=HOUR, clicked=2 * HOUR), Credit.CLICK),
        (make_candidate(5 * HOUR, displayed=HOUR), Credit.VIEW),
        (make_candidate(5 * HOUR), Credit.NONE),
        (make_candidate(90 * HOUR, displayed=HOUR, clicked=20 * HOUR), Credit.CLICK),
        (make_candidate(30 * HOUR, displayed=HOUR), Credit.NONE),
        (make_candidate(80 * HOUR, displayed=HOUR), None),
        (make_candidate(1.5 * HOUR, displayed=HOUR, clicked=2 * HOUR), Credit.VIEW),
        (make_candidate(0.5 * HOUR, displayed=HOUR, clicked=2 * HOUR), Credit.NONE),
        (make_candidate(-HOUR, displayed=HOUR), None),
    ],
)
def test_an_event_is_owed_to_the_click_before_it_or_to_the_look_or_to_neither(
    candidate: Candidate, credit: Credit | None
) -> None:
    assert find_credit(candidate, TERMS) == credit


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (-dt.timedelta.resolution, False),
        (dt.timedelta(0), True),
        (3 * DAY - dt.timedelta.resolution, True),
        (3 * DAY, False),
    ],
)
def test_a_window_begins_with_the_click_and_ends_just_before_its_end(
    after: dt.timedelta, counts: bool
) -> None:
    candidate = make_candidate(9 * DAY + after, clicked=9 * DAY)
    assert (find_credit(candidate, TERMS) == Credit.CLICK) is counts


def test_what_has_no_window_is_owed_nothing() -> None:
    candidate = make_candidate(2 * HOUR, displayed=HOUR, clicked=HOUR)
    assert find_credit(candidate, TERMS._replace(click_window=None)) == Credit.VIEW
    assert find_credit(candidate, TERMS._replace(view_window=None, click_window=HOUR)) is None


def test_a_persons_first_conversion_counts() -> None:
    first, second = (make_candidate(hour * HOUR, clicked=HOUR) for hour in (2, 3))
    assert choose(second, first) == [(2 * HOUR, "click")]


def test_every_conversion_counts_where_the_marketer_says_so() -> None:
    first, second = (make_candidate(hour * HOUR, clicked=HOUR) for hour in (2, 3))
    assert choose(second, first, terms=EVERY) == [(2 * HOUR, "click"), (3 * HOUR, "click")]


def test_the_first_after_it_was_due_and_the_first_that_is_owed_to_the_push_are_both_kept() -> None:
    before, owed, later = (make_candidate(hour * HOUR, clicked=2 * HOUR) for hour in (1, 3, 4))
    assert choose(later, owed, before) == [(HOUR, "none"), (3 * HOUR, "click")]


def test_a_late_click_does_not_take_the_place_of_the_first_within_the_window_that_is_compared() -> None:
    early = make_candidate(HOUR, clicked=9 * DAY)
    late = make_candidate(9 * DAY + HOUR, clicked=9 * DAY)
    assert choose(early, late) == [(HOUR, "none"), (9 * DAY + HOUR, "click")]


def test_each_person_has_a_first_of_their_own() -> None:
    others = [make_candidate(HOUR, subscriber_id=number, person_id=number) for number in (1, 2)]
    assert len(choose(*others)) == 2


def test_one_event_of_somebody_merged_belongs_to_the_delivery_that_did_most() -> None:
    event = uuid.uuid4()
    own = make_candidate(event_id=event, subscriber_id=1)
    shell = make_candidate(event_id=event, subscriber_id=2, clicked=dt.timedelta(0))
    (chosen,) = choose_conversions([own, shell], EVERY)
    assert (chosen.candidate.subscriber_id, chosen.credit) == (2, Credit.CLICK)


def test_of_two_deliveries_that_did_the_same_it_belongs_to_the_persons_own() -> None:
    event = uuid.uuid4()
    shells = [make_candidate(event_id=event, subscriber_id=number, person_id=3) for number in (1, 2, 3)]
    (chosen,) = choose_conversions(shells, EVERY)
    assert chosen.candidate.subscriber_id == 3


HOURS = st.integers(-30, 120).map(lambda hours: hours * HOUR)
CANDIDATES = st.lists(
    st.builds(
        make_candidate,
        at=HOURS,
        displayed=st.none() | HOURS,
        clicked=st.none() | HOURS,
        subscriber_id=st.integers(1, 4),
        person_id=st.integers(1, 2),
        event_id=st.integers(1, 6).map(lambda number: uuid.UUID(int=number)),
    ),
    max_size=12,
    unique_by=lambda candidate: (candidate.event_id, candidate.subscriber_id),
)


@given(candidates=CANDIDATES, every=st.booleans(), random=st.randoms())
def test_neither_order_nor_repetition_of_the_candidates_matters(
    candidates: list[Candidate], every: bool, random: Any
) -> None:
    terms = TERMS._replace(counts_every=every)
    mixed = [*candidates, *candidates[:5]]
    random.shuffle(mixed)
    chosen, again = choose_conversions(candidates, terms), choose_conversions(mixed, terms)
    assert {(each.candidate.person_id, each.candidate.event_id, each.credit) for each in chosen} == {
        (each.candidate.person_id, each.candidate.event_id, each.credit) for each in again
    }


@given(candidates=CANDIDATES)
def test_at_most_one_conversion_of_a_person_is_owed_to_the_push_and_two_are_kept(
    candidates: list[Candidate],
) -> None:
    chosen = choose_conversions(candidates, TERMS)
    for person in (1, 2):
        theirs = [each.credit for each in chosen if each.candidate.person_id == person]
        assert len(theirs) <= 2
        assert len([credit for credit in theirs if credit != Credit.NONE]) <= 1
