"""Several segments side by side: who is in which of them at once."""

import datetime as dt
import random

import pytest
from django.conf import LazySettings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from segments.looking import overlap as module
from segments.looking.choosing import ChoiceError, choose_segments, remark_on_segments
from segments.looking.overlap import Overlap, read_overlap
from segments.looking.sampling import SHARE, Figure, tell_figure
from segments.models import Segment
from segments.preview.guard import PreviewTooSlow
from subscribers.models import Site
from tests import factories
from tests.chance import draw_chance
from tests.factories import NOW
from tests.segments.looking.people_in_segments import fill_segments, make_segments


def name_intersections(overlap: Overlap) -> list[tuple[str, int]]:
    return [
        ("".join(each.name[-1] for each in intersection.segments), intersection.size.count)
        for intersection in overlap.intersections
    ]


def test_each_person_is_counted_in_just_one_intersection_and_the_largest_comes_first(site: Site) -> None:
    segments = make_segments(site, 3)
    fill_segments(segments, "A", "AB", "AB", "AB", "ABC", "C", "C", "")

    overlap = read_overlap(segments, now=NOW)

    assert name_intersections(overlap) == [("AB", 3), ("C", 2), ("A", 1), ("ABC", 1)]
    assert [size.count for size in overlap.sizes] == [5, 4, 3]
    assert (overlap.union.count, overlap.none.count) == (7, 1)


def test_an_intersection_names_the_segments_that_its_people_are_not_in(site: Site) -> None:
    segments = make_segments(site, 3)
    fill_segments(segments, "AC")

    (only,) = read_overlap(segments, now=NOW).intersections

    assert (only.segments, only.others) == ((segments[0], segments[2]), (segments[1],))


def test_a_pair_says_how_many_of_the_first_are_in_the_second_too(site: Site) -> None:
    segments = make_segments(site, 2)
    fill_segments(segments, "A", "A", "A", "AB", "B")

    pairs = read_overlap(segments, now=NOW).pairs

    assert (pairs[0][1].size.count, pairs[0][1].share) == (1, 0.25)
    assert (pairs[1][0].size.count, pairs[1][0].share) == (1, 0.5)
    assert (pairs[0][0].size.count, pairs[0][0].share) == (4, 1.0)


def test_a_segment_of_nobody_has_no_shares(site: Site) -> None:
    segments = make_segments(site, 2)
    fill_segments(segments, "B")

    overlap = read_overlap(segments, now=NOW)

    assert overlap.pairs[0][1].share is None
    assert overlap.sizes[0] == Figure(0)


def test_other_segments_and_other_sites_do_not_count(site: Site) -> None:
    segments = make_segments(site, 3)
    fill_segments(segments, "AC", "C")
    factories.make_subscriber(factories.make_site())

    overlap = read_overlap(segments[:2], now=NOW)

    assert name_intersections(overlap) == [("A", 1)]
    assert overlap.none.count == 1


def test_the_figures_hold_for_the_oldest_watermark(site: Site) -> None:
    segments = make_segments(site, 2)
    earlier = NOW - dt.timedelta(minutes=5)
    segments[1].refreshed_at = earlier

    assert read_overlap(segments, now=NOW).as_of == earlier


class TestOfAnySegments(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.sets(st.sampled_from("ABCD")), max_size=12))
    def test_intersections_add_up_to_the_union_the_sizes_and_the_pairs(self, people: list[set[str]]) -> None:
        segments = make_segments(factories.make_site(), 4)
        fill_segments(segments, *("".join(sorted(letters)) for letters in people))

        overlap = read_overlap(segments, now=NOW)

        total = sum(each.size.count for each in overlap.intersections)
        assert total == overlap.union.count == sum(bool(letters) for letters in people)
        assert overlap.none.count == sum(not letters for letters in people)
        for row, first in enumerate("ABCD"):
            assert overlap.sizes[row].count == sum(first in letters for letters in people)
            for column, second in enumerate("ABCD"):
                expected = sum({first, second} <= letters for letters in people)
                assert overlap.pairs[row][column].size.count == expected
                assert overlap.pairs[column][row].size.count == expected


# --- Large segments -------------------------------------------------------------


def test_a_large_overlap_is_told_from_the_sample_until_the_exact_one_is_asked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = make_segments(site, 2)
    fill_segments(segments, *["AB"] * 400)
    monkeypatch.setattr(module, "MOST_AT_ONCE", 100)

    estimate = read_overlap(segments, now=NOW, exact=False)
    exact = read_overlap(segments, now=NOW)

    assert (estimate.exact, exact.exact) == (False, True)
    assert abs(estimate.union.count - 400) <= estimate.union.margin
    assert estimate.sizes == (Figure(400), Figure(400))
    assert exact.union == Figure(400)


def test_a_small_overlap_is_exact_at_once(site: Site) -> None:
    segments = make_segments(site, 2)
    fill_segments(segments, "AB")

    assert read_overlap(segments, now=NOW, exact=False).exact


def test_an_overlap_that_takes_too_long_is_stopped(site: Site, settings: LazySettings) -> None:
    settings.PREVIEW_TIMEOUT_MS = 0

    with pytest.raises(PreviewTooSlow):
        read_overlap(make_segments(site, 2), now=NOW)


@pytest.mark.parametrize("count", [0, 300, 5_000, 100_000])
def test_the_truth_lies_within_the_margin_in_nearly_all_cases(count: int) -> None:
    dice = draw_chance("margins of an overlap")
    right = 0
    for _ in range(400):
        found = sum(dice.random() < SHARE for _ in range(count)) if count < 10_000 else _draw(dice, count)
        figure = tell_figure(found, exact=False)
        right += abs(figure.count - count) <= figure.margin

    assert right >= 358  # five standard errors below 95 %


def _draw(dice: random.Random, count: int) -> int:
    """Binomial, as a normal number: close enough from 100 found on."""
    return round(dice.gauss(count * SHARE, (count * SHARE * (1 - SHARE)) ** 0.5))


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(12_345), "12,345"),
        (Figure(12_345, 1_234), "about 12,300 ± 1,230"),
        (Figure(64, 300), "fewer than 400"),
    ],
)
def test_a_figure_says_what_it_can_tell(figure: Figure, text: str) -> None:
    assert str(figure) == text


# --- Choosing -------------------------------------------------------------------


def test_segments_come_in_the_order_in_which_they_are_named_and_once_each(site: Site) -> None:
    first, second = make_segments(site, 2)

    assert choose_segments(f"{second.pk}, {first.pk},{second.pk}", among=Segment.objects.all(), least=2) == [
        second,
        first,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose 2 to 8 segments; you chose none."),
        ("5", "Choose 2 to 8 segments; you chose 1."),
        ("1,2,3,4,5,6,7,8,9", "you chose 9"),
        ("3,x", "“x” is no id of a segment"),
        ("3," + "9" * 30, "is no id of a segment"),
        ("3,٣", "is no id of a segment"),
        ("999998,999999", "There is no segment 999998."),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ChoiceError, match=words):
        choose_segments(text, among=Segment.objects.all(), least=2)


def test_segments_of_different_sites_are_not_compared(site: Site) -> None:
    here, there = factories.make_segment(site), factories.make_segment(factories.make_site())

    with pytest.raises(ChoiceError, match="different sites"):
        choose_segments(f"{here.pk},{there.pk}", among=Segment.objects.all(), least=2)


def test_segments_that_are_not_ready_are_remarked_on(site: Site) -> None:
    segments = make_segments(site, 3)
    segments[0].status = Segment.Status.FAILED
    segments[1].status, segments[1].refreshed_at = Segment.Status.BUILDING, None

    assert remark_on_segments(segments) == [
        "“Set A” is set aside: its members are those it had then.",
        "“Set B” is being built: its members are not known yet.",
    ]
