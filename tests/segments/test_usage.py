"""What a change of a segment reaches: campaigns, those under way first, and the segments built on it."""

from campaigns.models import Campaign
from segments.usage import list_concerned
from subscribers.models import Site
from tests import factories
from tests.segments.live import is_in


def test_a_segment_that_nothing_uses_concerns_nothing(site: Site) -> None:
    segment = factories.make_segment(site)
    factories.make_campaign(site).include_segments.add(factories.make_segment(site))

    assert list_concerned(segment) == []


def test_segments_built_on_it_are_named_however_far_up_they_are(site: Site) -> None:
    segment = factories.make_segment(site)
    middle = factories.make_segment(site, is_in(segment), name="Middle")
    factories.make_segment(site, is_in(middle), name="Outer")

    assert [(each.name, each.note) for each in list_concerned(segment)] == [
        ("Middle", "built on it"),
        ("Outer", "built on it by way of others"),
    ]


def test_a_campaign_is_named_once_for_each_way_in_which_it_uses_the_segment(site: Site) -> None:
    segment, other = factories.make_segment(site), factories.make_segment(site)
    outer = factories.make_segment(site, is_in(segment), name="Outer")
    campaign = factories.make_campaign(site, name="Sale")
    campaign.include_segments.add(segment, other)
    campaign.exclude_segments.add(outer, other)

    campaigns = [each for each in list_concerned(segment) if each.kind == "campaign"]

    assert [(each.name, each.note) for each in campaigns] == [
        ("Sale", "sends to it"),
        ("Sale", "leaves out “Outer”, which is built on it"),
    ]


def test_campaigns_that_take_up_a_change_by_themselves_come_first(site: Site) -> None:
    segment = factories.make_segment(site)
    for status in Campaign.Status:
        factories.make_campaign(site, name=f"{status}", status=status).include_segments.add(segment)

    names = [each.name for each in list_concerned(segment)]

    assert names[:3] == ["paused", "running", "scheduled"]
    assert set(names[3:]) == {"cancelled", "draft", "finished"}
