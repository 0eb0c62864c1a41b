"""The ready segments have believable members."""

import datetime as dt

import pytest

from demo.loading import SEGMENTS_AGE
from demo.segments import SKETCHES
from segments.looking.history import read_history
from segments.looking.past_members import count_past_members
from segments.models import Membership, Segment
from subscribers.models import Site, SubscriberChange
from tests.demo.conftest import NOW, PEOPLE

EXAMPLES = (
    "VIP customers",
    "Cart abandoners",
    "Near the Berlin store and loyal",
    "Win back big spenders",
)

# The shop is there for all of them; this has pytest make a database for it, even for one of these files alone.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_segment_is_built_as_of_now(demo_shop: Site) -> None:
    segments = Segment.objects.filter(site=demo_shop)
    assert segments.count() == len(SKETCHES) + 1
    assert {(segment.status, segment.refreshed_at) for segment in segments} == {("ready", NOW)}
    assert all(segment.description for segment in segments)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_segment_holds_between_one_and_fifty_percent(demo_shop: Site, name: str) -> None:
    segment = Segment.objects.get(site=demo_shop, name=name)
    assert 0.01 <= segment.member_count / PEOPLE <= 0.5


@pytest.mark.parametrize("name", [sketch.name for sketch in SKETCHES])
def test_no_segment_is_empty_or_holds_everybody(demo_shop: Site, name: str) -> None:
    segment = Segment.objects.get(site=demo_shop, name=name)
    assert 0 < segment.member_count < PEOPLE


def test_the_nested_segment_holds_the_gold_and_platinum_members_of_the_other(demo_shop: Site) -> None:
    abandoners = Membership.objects.filter(segment__site=demo_shop, segment__name="Cart abandoners")
    best = abandoners.filter(subscriber__attributes__loyalty_tier__in=["gold", "platinum"])
    nested = Membership.objects.filter(
        segment__site=demo_shop, segment__name="Gold or platinum cart abandoners"
    )
    assert set(nested.values_list("subscriber")) == set(best.values_list("subscriber"))


@pytest.mark.parametrize("name", [sketch.name for sketch in SKETCHES])
def test_every_segment_has_a_past_that_leads_to_what_it_is_now(demo_shop: Site, name: str) -> None:
    segment = Segment.objects.get(site=demo_shop, name=name)
    history = read_history(segment, days=90, now=NOW)

    assert len(history) == SEGMENTS_AGE.days + 1
    assert history[-1].size == segment.member_count == segment.memberships.count()
    assert count_past_members(segment, at=NOW - dt.timedelta(days=10)) == history[-11].size


def test_cart_abandoners_come_and_go_every_day(demo_shop: Site) -> None:
    segment = Segment.objects.get(site=demo_shop, name="Cart abandoners")

    assert all(day.entered and day.left for day in read_history(segment, days=30, now=NOW))


def test_nothing_waits_to_be_followed(demo_shop: Site) -> None:
    assert not SubscriberChange.objects.filter(site=demo_shop).exists()
