"""Campaigns take lists as they take any other segment."""

import datetime as dt

from campaigns.audience import find_excluded, find_left, read_audience, refresh_segments
from campaigns.forms import CampaignForm
from campaigns.windows import remark_on_campaign
from segments.lists import add_members
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable


def test_a_campaign_goes_to_a_list_and_not_to_another(site: Site, now: dt.datetime) -> None:
    ana, ben, _ = [make_reachable(site) for _ in range(3)]
    guests, away = factories.make_list(site), factories.make_list(site)
    add_members(guests, [ana.pk, ben.pk], now=now)
    add_members(away, [ben.pk], now=now)
    campaign = factories.make_campaign(site)
    campaign.include_segments.add(guests)
    campaign.exclude_segments.add(away)

    assert refresh_segments(campaign, now=now + dt.timedelta(days=400)) == []
    (people,) = read_audience(campaign)

    assert [(person.subscriber_id, person.excluded) for person in people] == [(ana.pk, False), (ben.pk, True)]
    assert find_left(campaign, [ana.pk, 0]) == {0}
    assert find_excluded(campaign, [ana.pk, ben.pk]) == {ben.pk}


def test_a_list_asks_about_no_time(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site, schedule="local")
    campaign.include_segments.add(factories.make_list(site))

    assert list(remark_on_campaign(campaign, now=now)) == []


def test_a_list_is_offered_with_its_members(site: Site, now: dt.datetime) -> None:
    guests = factories.make_list(site, name="Guests")
    field = CampaignForm().fields["include_segments"]
    field.read_members = lambda: {guests.pk: 1}  # type: ignore[attr-defined]

    assert field.label_from_instance(guests) == "Guests · 1 member"  # type: ignore[attr-defined]
