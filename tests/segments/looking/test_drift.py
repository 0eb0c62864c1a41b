"""How people moved between segments from one instant to another."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from segments.looking import drift as module
from segments.looking.choosing import ChoiceError
from segments.looking.drift import Drift, read_drift
from segments.models import Segment, SegmentVersion
from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tests.segments.looking.people_in_segments import Step, at, make_segments, replay_steps

MINUTES = 20


def name_flows(drift: Drift) -> dict[tuple[str, str], int]:
    return {
        (
            "".join(each.name[-1] for each in flow.before),
            "".join(each.name[-1] for each in flow.after),
        ): flow.size.count
        for flow in drift.flows
    }


def move_people(site: Site, *steps: Step, segments: int = 2) -> list[Segment]:
    made = make_segments(site, segments)
    people = [factories.make_subscriber(site) for _ in range(4)]
    replay_steps(made, people, steps)
    return made


def test_people_are_followed_from_where_they_were_to_where_they_are(site: Site) -> None:
    segments = move_people(site, (0, 0, 1), (1, 0, 1), (2, 0, 1), (0, 0, 9), (0, 1, 9), (1, 0, 9), (3, 1, 9))

    drift = read_drift(segments, since=at(5), now=NOW)

    assert name_flows(drift) == {("A", "A"): 1, ("A", "B"): 1, ("A", ""): 1, ("", "B"): 1}


def test_a_change_at_the_very_instant_counts_as_done(site: Site) -> None:
    segments = move_people(site, (0, 0, 5), (0, 0, 9))

    assert name_flows(read_drift(segments, since=at(5), until=at(9), now=NOW)) == {("A", ""): 1}
    assert name_flows(read_drift(segments, since=at(4), until=at(8), now=NOW)) == {("", "A"): 1}


def test_of_those_in_a_segment_then_it_says_how_many_are_in_each_now_and_in_none(site: Site) -> None:
    segments = move_people(site, (0, 0, 1), (1, 0, 1), (0, 1, 9), (1, 0, 9))

    (of_a, of_b) = read_drift(segments, since=at(5), now=NOW).moves

    assert [(move.size.count, move.share) for move in of_a] == [(1, 0.5), (1, 0.5), (1, 0.5)]
    assert [(move.size.count, move.share) for move in of_b] == [(0, None), (0, None), (0, None)]
    assert of_a[2].second is None


def test_one_segment_tells_who_stayed_came_back_joined_left_and_passed_through(site: Site) -> None:
    stayed, came_back, left = (0, 0, 1), [(1, 0, 1), (1, 0, 7), (1, 0, 9)], [(2, 0, 1), (2, 0, 9)]
    segments = make_segments(site, 1)
    people = [factories.make_subscriber(site) for _ in range(5)]
    replay_steps(segments, people, [stayed, *came_back, *left, (3, 0, 8), (4, 0, 7), (4, 0, 8)])

    (course,) = read_drift(segments, since=at(5), now=NOW).courses

    assert (course.before.count, course.after.count) == (3, 3)
    assert (course.stayed.count, course.came_back.count, course.left.count) == (1, 1, 1)
    assert (course.joined.count, course.passed_through.count) == (1, 1)


class TestOfAnyLog(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(
        steps=st.sets(
            st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, MINUTES)),
            max_size=25,
        ),
        since=st.integers(0, MINUTES),
        later=st.integers(1, MINUTES),
    )
    def test_drift_equals_replaying_the_log(self, steps: set[Step], since: int, later: int) -> None:
        site = factories.make_site()
        segments = move_people(site, *steps, segments=3)

        drift = read_drift(segments, since=at(since), until=at(since + later), now=NOW)

        before, after = replay(steps, since), replay(steps, since + later)
        expected = Counter((before[person], after[person]) for person in range(4))
        del expected["", ""]
        assert name_flows(drift) == dict(expected)


def replay(steps: set[Step], minute: int) -> list[str]:
    """In which segments each of the four people was then."""
    counts = Counter((person, segment) for person, segment, at_minute in steps if at_minute <= minute)
    return [
        "".join("ABC"[segment] for segment in range(3) if counts[person, segment] % 2) for person in range(4)
    ]


# --- What one must know ---------------------------------------------------------


def test_a_segment_that_did_not_exist_at_the_first_instant_is_named(site: Site) -> None:
    segments = make_segments(site, 2)
    segments[1].created_at = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)

    drift = read_drift(segments, since=NOW - dt.timedelta(days=30), now=NOW)

    assert drift.remarks == (
        "“Set B” did not exist at the first moment: it was made on 1 Nov 2026, 13:00.",  # the site's clock
    )


def test_an_edit_in_between_is_named(site: Site) -> None:
    segments = make_segments(site, 1)
    for number in (1, 2):
        SegmentVersion.objects.create(
            segment=segments[0], number=number, rule=factories.EVERYONE, created_at=NOW - dt.timedelta(days=1)
        )

    drift = read_drift(segments, since=NOW - dt.timedelta(days=7), now=NOW)

    assert drift.remarks == ("The rule of “Set A” was edited in between: some moved because of that.",)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (NOW + dt.timedelta(days=1), None, "must lie before"),
        (at(9), at(5), "must lie before"),
        (at(9), NOW + dt.timedelta(days=1), "lies in the future"),
    ],
)
def test_instants_that_cannot_be_compared_are_refused(
    site: Site, since: dt.datetime, until: dt.datetime | None, words: str
) -> None:
    with pytest.raises(ChoiceError, match=words):
        read_drift(make_segments(site, 1), since=since, until=until, now=NOW)


# --- Large segments -------------------------------------------------------------


def test_what_is_large_is_told_from_the_sample_until_the_exact_figures_are_asked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = make_segments(site, 1)
    people = [factories.make_subscriber(site) for _ in range(400)]
    replay_steps(segments, people, [(person, 0, 9) for person in range(400)])
    monkeypatch.setattr(module, "MOST_AT_ONCE", 100)

    estimate = read_drift(segments, since=at(5), now=NOW, exact=False)
    exact = read_drift(segments, since=at(5), now=NOW)

    assert (estimate.exact, exact.exact) == (False, True)
    # One in twenty is beyond the margin, next to none beyond three times as much.
    assert abs(estimate.courses[0].joined.count - 400) <= 3 * estimate.courses[0].joined.margin
    assert exact.courses[0].joined.count == 400
