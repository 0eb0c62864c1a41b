"""The list of campaigns: what it shows, what it can be narrowed to, and that it does not slow down."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Delivery
from subscribers.models import Site
from tests.campaigns.admin.pages import make_delivery, sign_in
from tests.factories import make_campaign, make_segment, make_site

LIST = "/admin/campaigns/campaign/"
pytestmark = pytest.mark.django_db


def list_names(client: Client, query: str = "") -> list[str]:
    page = client.get(LIST + query)
    return sorted(campaign.name for campaign in page.context["cl"].result_list)


def count_queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(LIST)
    return len(queries)


def make_sent(site: Site) -> Campaign:
    campaign = make_campaign(site, status="finished")
    campaign.include_segments.add(make_segment(site))
    make_delivery(campaign, Delivery.Status.CLICKED)
    return campaign


def test_the_number_of_queries_does_not_depend_on_the_number_of_campaigns(site: Site) -> None:
    client = sign_in("marketer")
    make_sent(site)
    client.get(LIST)
    few = count_queries(client)

    for _ in range(5):
        make_sent(site)

    assert count_queries(client) == few


def test_a_campaign_shows_what_was_sent_and_clicked(site: Site) -> None:
    campaign = make_campaign(site, status="finished")
    for status in (
        Delivery.Status.CLICKED,
        Delivery.Status.SENT,
        Delivery.Status.DISPLAYED,
        Delivery.Status.SENT,
    ):
        make_delivery(campaign, status)

    page = sign_in("analyst").get(LIST).content.decode()

    assert "25.0%" in page


def test_campaigns_are_found_by_segment_whether_sent_to_or_left_out(site: Site) -> None:
    gold = make_segment(site)
    make_campaign(site, name="To gold").include_segments.add(gold)
    make_campaign(site, name="Not to gold").exclude_segments.add(gold)
    make_campaign(site, name="Other")

    assert list_names(sign_in("analyst"), f"?segment={gold.pk}") == ["Not to gold", "To gold"]


def test_campaigns_are_narrowed_by_status(site: Site) -> None:
    make_campaign(site, name="Draft")
    make_campaign(site, name="Paused", status="paused")

    assert list_names(sign_in("analyst"), "?status__exact=paused") == ["Paused"]


def test_the_site_is_shown_and_filtered_only_where_there_are_several(site: Site) -> None:
    client = sign_in("analyst")
    make_campaign(site, name="Here")

    assert "site" not in client.get(LIST).context["cl"].list_display

    other = make_site()
    make_campaign(other, name="There")
    assert "site" in client.get(LIST).context["cl"].list_display
    assert list_names(client, f"?site={other.pk}") == ["There"]


@pytest.mark.parametrize("query", ["?segment=x", "?segment=-1", "?site=%00", "?segment=99999999999999999999"])
def test_a_filter_that_makes_no_sense_does_no_harm(site: Site, query: str) -> None:
    make_campaign(site)

    assert sign_in("analyst").get(LIST + query).status_code in (200, 302)
