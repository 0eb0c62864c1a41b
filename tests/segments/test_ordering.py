"""Segments built on segments are worked out after those they need."""

from segments.models import Segment
from segments.ordering import order_segments
from subscribers.models import Site
from tests.factories import make_list, make_segment
from tests.segments.live import GOLD, is_in


def test_order_lists_a_segment_after_all_it_needs(site: Site) -> None:
    bottom = make_segment(site, GOLD)
    middle = make_segment(site, is_in(bottom))
    top = make_segment(site, is_in(middle))
    make_segment(site)

    assert order_segments(site, [top.pk]) == [bottom.pk, middle.pk, top.pk]


def test_without_a_wish_all_segments_of_the_site_are_ordered(site: Site) -> None:
    listed = make_list(site)
    top = make_segment(site)
    bottom = make_segment(site, is_in(listed))
    Segment.objects.filter(pk=top.pk).update(rule=is_in(bottom))

    assert order_segments(site) == [listed.pk, bottom.pk, top.pk]


def test_a_circle_that_slipped_in_still_has_an_order(site: Site) -> None:
    one, other = make_segment(site), make_segment(site)
    Segment.objects.filter(pk=one.pk).update(rule=is_in(other))
    Segment.objects.filter(pk=other.pk).update(rule=is_in(one))

    assert order_segments(site) == [one.pk, other.pk]
