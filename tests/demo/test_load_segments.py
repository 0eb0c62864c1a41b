"""The ready segments have believable members."""

import pytest

from demo.segments import SKETCHES
from segments.models import Membership, Segment
from subscribers.models import Site
from tests.demo.conftest import NOW, PEOPLE

EXAMPLES = (
    "VIP customers",
    "Cart abandoners",
    "Near the Berlin store and loyal",
    "Win back big spenders",
)


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
