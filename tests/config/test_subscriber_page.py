"""The page of a subscriber: who they are, what they did, what they were sent."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from campaigns.models import Campaign
from config.subscriber_page import PAGE
from segments.building import build_members
from subscribers.models import Site
from tests import factories


@pytest.fixture
def marketer(client: Client, db: None) -> Client:
    client.force_login(factories.make_user("marketer"))
    return client


def test_the_page_tells_what_every_app_knows(marketer: Client, site: Site, now: dt.datetime) -> None:
    ana = factories.make_subscriber(
        site, external_id="u-1", country="DE", attributes={"tier": "gold", "vip": True}
    )
    factories.make_attribute(site, "vip", "boolean")
    factories.make_push_subscription(ana, browser="Firefox", os="Linux", ended_at=now, end_reason="gone")
    factories.make_event(ana, "$page_view", now, title="Running shoes", url="https://shop.example/shoes")
    factories.make_event(ana, "add_to_cart", now, price=129.99)
    build_members(factories.make_segment(site, name="Everybody"), as_of=now)
    campaign = factories.make_campaign(site, name="Spring sale", status=Campaign.Status.FINISHED)
    factories.make_delivery(campaign, ana, status="clicked", sent_at=now, clicked_at=now)

    page = marketer.get(f"/admin/subscribers/subscriber/{ana.pk}/change/").content.decode()

    for words in (
        "Viewed a page", "Running shoes", "Add to cart", "129.99", "Firefox on Linux",
        "the push service says it is gone", "gold", "yes or no", "Everybody", "Spring sale", "Clicked",
    ):  # fmt: skip
        assert words in page, words


def test_a_marketer_reads_and_does_not_correct(marketer: Client, site: Site) -> None:
    ana = factories.make_subscriber(site, city="Berlin")
    address = f"/admin/subscribers/subscriber/{ana.pk}/change/"

    assert "Correct the profile" not in marketer.get(address).content.decode()
    assert marketer.post(address, {"city": "Bonn"}).status_code == 403


def test_an_administrator_corrects_the_profile(client: Client, site: Site) -> None:
    client.force_login(factories.make_user(is_superuser=True))
    ana = factories.make_subscriber(site, city="Berlin")

    response = client.post(f"/admin/subscribers/subscriber/{ana.pk}/change/", {"city": "Bonn"})

    assert response.status_code == 302
    ana.refresh_from_db()
    assert ana.city == "Bonn"


def test_the_timeline_goes_on_with_older_entries(marketer: Client, site: Site, now: dt.datetime) -> None:
    ana = factories.make_subscriber(site)
    for age in range(PAGE + 2):
        factories.make_event(ana, "product_viewed", now - dt.timedelta(minutes=age), number=age)
    address = f"/admin/subscribers/subscriber/{ana.pk}/timeline/"

    newest = marketer.get(address).content.decode()
    before = (now - dt.timedelta(minutes=PAGE - 1)).isoformat()
    older = marketer.get(f"{address}?before={quote(before)}").content.decode()

    assert newest.count("<li data-key") == PAGE
    assert f'data-older="{before}"' in newest
    assert older.count("<li data-key") == 2
    assert "Show older" not in older


@pytest.mark.parametrize("before", ["x", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59Z", "\0"])
def test_an_instant_that_is_none_gives_the_newest_entries(marketer: Client, site: Site, before: str) -> None:
    ana = factories.make_subscriber(site)
    factories.make_event(ana, "purchase")

    page = marketer.get(f"/admin/subscribers/subscriber/{ana.pk}/timeline/", {"before": before})

    assert "Purchase" in page.content.decode()


def test_the_timeline_is_for_those_who_may_see_subscribers(client: Client, site: Site) -> None:
    ana = factories.make_subscriber(site)
    client.force_login(factories.make_user("no such role"))

    assert client.get(f"/admin/subscribers/subscriber/{ana.pk}/timeline/").status_code == 403


def test_the_timeline_is_for_those_who_may_see_events_too(client: Client, site: Site) -> None:
    ana = factories.make_subscriber(site)
    user = factories.make_user("no such role")
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    client.force_login(user)

    assert client.get(f"/admin/subscribers/subscriber/{ana.pk}/timeline/").status_code == 403
    assert client.get(f"/admin/subscribers/subscriber/{ana.pk}/change/").status_code == 200


def test_pushes_sent_before_somebody_was_known_are_shown(
    marketer: Client, site: Site, now: dt.datetime
) -> None:
    ana = factories.make_subscriber(site)
    shell = factories.make_subscriber(site, merged_into=ana)
    campaign = factories.make_campaign(site, name="Spring sale", status=Campaign.Status.FINISHED)
    factories.make_delivery(campaign, shell, status="sent", sent_at=now)

    assert "Spring sale" in marketer.get(f"/admin/subscribers/subscriber/{ana.pk}/change/").content.decode()


def test_what_a_visitor_calls_things_is_shown_as_text(marketer: Client, site: Site) -> None:
    ana = factories.make_subscriber(site, external_id="<script>x()</script>", attributes={"<b>": "<i>"})
    factories.make_event(ana, "<u>buy</u>", note="<img src=x>")

    page = marketer.get(f"/admin/subscribers/subscriber/{ana.pk}/change/").content.decode()

    for tag in ("<script>x()", "<b>", "<i>", "<u>buy", "<img src=x>"):
        assert tag not in page
