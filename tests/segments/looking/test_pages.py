"""The pages that look at one segment: who may see them, what they say, and that they cost the same for any segment."""

import csv
import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from segments.lists import add_members, remove_members
from segments.models import Segment
from subscribers.changes import PERSON, note_changes
from subscribers.models import Site, SubscriberChange
from tests import factories
from tests.segments.live import CART_TODAY, is_in, make_built

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LIST = "/admin/segments/segment/"


def sign_in(*groups: str) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups))
    return client


@pytest.fixture
def analyst(site: Site) -> Client:
    return sign_in("analyst")


def page_of(segment: Segment, page: str) -> str:
    return reverse(f"admin:segments_segment_{page}", args=[segment.pk])


def read(client: Client, url: str, **query: Any) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def make_history(site: Site) -> Segment:
    """A list that two people entered three days ago, and one of them left an hour ago."""
    segment = factories.make_list(site, name="Guests")
    ana = factories.make_subscriber(site, external_id="u-ana", email="ana@shop.example")
    ben = factories.make_subscriber(site, external_id="u-ben")
    now = timezone.now()
    add_members(segment, [ana.pk, ben.pk], now=now - 3 * DAY)
    remove_members(segment, [ben.pk], now=now - HOUR)
    SubscriberChange.objects.all().delete()  # all of it has been followed
    segment.refresh_from_db()
    return segment


# --- How it is doing ----------------------------------------------------------------


def test_the_overview_shows_sizes_causes_and_freshness(analyst: Client, site: Site) -> None:
    segment = make_history(site)

    page = read(analyst, page_of(segment, "overview"))

    assert "<strong>1</strong> member as of" in page
    assert "Entered: somebody changed the list" in page
    assert "Left: somebody changed the list" in page
    assert "(up to date)" in page
    assert "Who entered and who left on each day" in page


def test_the_overview_names_who_uses_the_segment(analyst: Client, site: Site) -> None:
    segment = make_history(site)
    outer = factories.make_segment(site, is_in(segment), name="Outer")
    factories.make_campaign(site, name="Black Friday").include_segments.add(segment)

    page = read(analyst, page_of(segment, "overview"))

    assert f'<a href="{page_of(outer, "overview")}">Outer</a>' in page
    assert "Black Friday" in page


def test_the_overview_says_what_waits_and_when_time_moves_somebody(analyst: Client, site: Site) -> None:
    now = timezone.now()
    factories.make_event(factories.make_subscriber(site), "add_to_cart", now - 20 * HOUR)
    SubscriberChange.objects.all().delete()
    note_changes(site.pk, {PERSON: [1]}, now=now - dt.timedelta(minutes=10))
    segment = make_built(site, CART_TODAY, as_of=now)

    page = read(analyst, page_of(segment, "overview"))

    assert "10 minutes behind" in page
    assert "In 3 hours at the earliest" in page
    assert "are still to be followed" in page


def test_a_segment_that_is_set_aside_says_why_and_what_to_do(analyst: Client, site: Site) -> None:
    segment = factories.make_segment(site, status=Segment.Status.FAILED, failure="“plan” is text now.")

    page = read(analyst, page_of(segment, "overview"))

    assert "“plan” is text now." in page
    assert "Correct the rule and save it" in page


def test_a_segment_that_was_never_built_has_a_page_without_pictures(analyst: Client, site: Site) -> None:
    page = read(analyst, page_of(factories.make_segment(site), "overview"), days="none")

    assert "Nothing is known yet" in page
    assert "not built yet" in page.lower()


@pytest.mark.parametrize("page", ["overview", "members", "past_members", "export"])
def test_who_may_not_see_segments_sees_none_of_it(site: Site, page: str) -> None:
    assert sign_in().get(page_of(factories.make_segment(site), page)).status_code == 403


def test_a_larger_segment_needs_no_more_queries(analyst: Client, site: Site) -> None:
    segment = make_history(site)
    with CaptureQueriesContext(connection) as small:
        for page in ("overview", "members"):
            read(analyst, page_of(segment, page))
    people = [factories.make_subscriber(site).pk for _ in range(20)]
    add_members(segment, people, now=timezone.now())
    with CaptureQueriesContext(connection) as large:
        for page in ("overview", "members"):
            read(analyst, page_of(segment, page))

    assert len(large) == len(small)


# --- The list -----------------------------------------------------------------------


def test_the_list_leads_whoever_may_only_look_to_how_a_segment_is_doing(site: Site) -> None:
    segment = make_history(site)

    def find_link(role: str) -> str:
        (link,) = re.findall(r'href="([^"]+)"[^>]*>Guests</a>', read(sign_in(role), LIST))
        return str(link)

    assert find_link("analyst") == page_of(segment, "overview")
    assert find_link("marketer").startswith(page_of(segment, "change"))


def test_the_list_shows_the_trend_and_says_how_fresh_each_is(analyst: Client, site: Site) -> None:
    make_history(site)
    factories.make_segment(site, name="New one")

    page = read(analyst, LIST)

    assert "How Guests is doing: 1 member, 2 3 days ago" in page
    assert "<polyline points=" in page
    assert "not built yet" in page


@pytest.mark.parametrize(
    ("query", "shown"), [("kind__exact=static", "Guests"), ("status__exact=building", "New one")]
)
def test_the_list_can_be_narrowed_by_kind_and_status(
    analyst: Client, site: Site, query: str, shown: str
) -> None:
    make_history(site)
    factories.make_segment(site, name="New one")

    page = read(analyst, f"{LIST}?{query}")

    assert [name for name in ("Guests", "New one") if f">{name}</a>" in page] == [shown]


# --- Members ------------------------------------------------------------------------


def test_the_members_are_listed_page_by_page_with_links(
    analyst: Client, site: Site, now: dt.datetime
) -> None:
    members = [factories.make_subscriber(site, external_id=f"u-{number}") for number in range(51)]
    segment = make_built(site)

    response = analyst.get(page_of(segment, "members"))
    second = read(analyst, page_of(segment, "members"), older=str(response.context["page"].older))

    first = response.content.decode()
    assert reverse("admin:subscribers_subscriber_change", args=[members[50].pk]) in first
    assert "51 members" in first
    assert ("u-0<" in first, "u-0<" in second) == (False, True)


def test_when_somebody_entered_is_said_on_the_sites_clock(analyst: Client, site: Site) -> None:
    factories.make_subscriber(site)

    page = read(analyst, page_of(make_built(site), "members"))

    assert "21 Nov 2026, 13:00" in page
    assert "Times are those of Europe/Berlin." in page


def test_a_place_in_the_list_that_makes_no_sense_shows_the_first_page(analyst: Client, site: Site) -> None:
    page = read(analyst, page_of(factories.make_segment(site), "members"), older="x", newer="~")

    assert "being built" in page


def test_somebody_is_found_by_the_start_of_an_address_and_said_to_be_in_it(
    analyst: Client, site: Site
) -> None:
    page = read(analyst, page_of(make_history(site), "members"), who="ana@")

    assert "u-ana</a>, last seen" in page
    assert "<strong>in it</strong> since" in page


# --- Members at a past moment -------------------------------------------------------


def test_who_was_in_it_is_asked_on_the_sites_clock(analyst: Client, site: Site) -> None:
    segment = factories.make_list(site)
    ana, ben = (factories.make_subscriber(site, external_id=name) for name in ("u-ana", "u-ben"))
    add_members(segment, [ana.pk, ben.pk], now=dt.datetime(2025, 3, 1, 11, 0, tzinfo=dt.UTC))
    remove_members(segment, [ben.pk], now=dt.datetime(2025, 3, 1, 12, 0, tzinfo=dt.UTC))
    ana.delete()

    page = read(analyst, page_of(segment, "past_members"), at="2025-03-01T12:30")
    later = read(analyst, page_of(segment, "past_members"), at="2025-03-01T13:00")

    assert "2 members on 1 Mar 2025, 12:30:00" in page
    assert "u-ben" in page
    assert "Somebody who was deleted since" in page
    assert "1 member on" in later


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("nonsense", "This must be a date and a time"),
        ("2001-01-01T00:00", "Its members are known from"),
        ("2150-01-01T00:00", "That is still to come"),
    ],
)
def test_a_moment_of_which_nothing_is_known_is_answered_in_words(
    analyst: Client, site: Site, at: str, words: str
) -> None:
    assert words in read(analyst, page_of(make_history(site), "past_members"), at=at)


# --- As a file ----------------------------------------------------------------------


def test_whoever_may_export_gets_a_file(analyst: Client, site: Site) -> None:
    response = analyst.get(page_of(make_history(site), "export"))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.reader(b"".join(response).decode("utf-8-sig").splitlines()))
    assert [row[1] for row in rows] == ["external id", "u-ana"]


def test_seeing_is_not_exporting(site: Site) -> None:
    segment = make_history(site)
    marketer = sign_in("marketer")

    assert marketer.get(page_of(segment, "export")).status_code == 403
    assert "Download" not in read(marketer, page_of(segment, "overview"))
