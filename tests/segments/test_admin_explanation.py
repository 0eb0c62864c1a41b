"""Why somebody is in a segment, in the admin: found from the list of members, told in plain words."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from segments.building import build_members
from segments.models import Segment
from subscribers.models import Site, Subscriber
from tests import factories
from tracking.models import LogStart

BOUGHT: dict[str, Any] = {
    "version": 1,
    "root": {"type": "event", "event": "purchase", "within": {"last": {"days": 7}}},
}


@pytest.fixture
def ana(site: Site, now: dt.datetime) -> Subscriber:
    ana = factories.make_subscriber(site, external_id="u-42", email="ana@shop.example")
    factories.make_event(ana, "purchase", now - dt.timedelta(days=1))
    return ana


@pytest.fixture
def segment(site: Site) -> Segment:
    return factories.make_segment(site, BOUGHT, name="Buyers")


@pytest.fixture
def analyst(client: Client, db: None) -> Client:
    client.force_login(factories.make_user("analyst"))
    return client


def members_of(segment: Segment) -> str:
    return reverse("admin:segments_segment_members", args=[segment.pk])


def explanation_of(segment: Segment, who: Subscriber) -> str:
    return reverse("admin:segments_segment_explain", args=[segment.pk, who.pk])


def read(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- The page -------------------------------------------------------------------


def test_each_answer_is_a_sign_and_a_word_with_its_facts(
    analyst: Client, segment: Segment, ana: Subscriber
) -> None:
    page = read(analyst, explanation_of(segment, ana), at="2026-11-21T13:00")

    assert "<strong>Yes.</strong> u-42 fits this segment’s rule on 21 Nov 2026 at 13:00:00." in page
    assert '<span aria-hidden="true">✓</span> True' in page
    assert "<strong>Who did “purchase” in the last 7 days</strong>" in page
    assert "<dt>20 Nov 2026, 13:00:00</dt><dd>“purchase”</dd>" in page


def test_it_says_until_when_the_answer_and_each_condition_stays_so(
    analyst: Client, segment: Segment, ana: Subscriber
) -> None:
    page = read(analyst, explanation_of(segment, ana), at="2026-11-21T13:00")

    assert (
        "If nothing else happens, they leave this segment on 27 Nov 2026, 13:00:00 (Europe/Berlin)." in page
    )
    assert "until 27 Nov 2026, 13:00:00, if nothing else happens" in page


def test_it_says_where_time_alone_changes_nothing(analyst: Client, site: Site, ana: Subscriber) -> None:
    page = read(analyst, explanation_of(factories.make_segment(site), ana))

    assert "Time alone will not change this." in page
    assert "if nothing else happens" not in page


def test_the_time_asked_about_is_one_on_the_sites_clock(
    analyst: Client, segment: Segment, ana: Subscriber
) -> None:
    just_before = read(analyst, explanation_of(segment, ana), at="2026-11-20T12:59:59")
    right_then = read(analyst, explanation_of(segment, ana), at="2026-11-20T13:00:00")

    assert "<strong>No.</strong>" in just_before
    assert '<span aria-hidden="true">✗</span> Not true' in just_before
    assert "<strong>Yes.</strong>" in right_then


def test_groups_are_shown_with_their_conditions_inside(analyst: Client, site: Site, ana: Subscriber) -> None:
    conditions = [BOUGHT["root"], {"type": "attribute", "key": "<b>", "operator": "exists"}]
    rule = {"version": 1, "root": {"type": "group", "match": "none", "conditions": conditions}}

    page = read(analyst, explanation_of(factories.make_segment(site, rule), ana))

    assert "None of these is true" in page
    assert "Whose &lt;b&gt; is known" in page


def test_what_the_list_of_members_says_is_told_beside_what_the_rule_gives(
    analyst: Client, segment: Segment, ana: Subscriber, now: dt.datetime
) -> None:
    assert "Not in the segment’s list of members now." in read(analyst, explanation_of(segment, ana))

    build_members(segment, as_of=now)

    page = read(analyst, explanation_of(segment, ana))
    assert "In the segment’s list of members since 21 Nov 2026, 13:00." in page


@pytest.mark.parametrize("at", ["x", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T00:00", "\0"])
def test_a_time_that_is_none_is_explained(
    analyst: Client, segment: Segment, ana: Subscriber, at: str
) -> None:
    page = read(analyst, explanation_of(segment, ana), at=at)

    assert 'role="alert"' in page
    assert "must" in page


def test_a_time_of_which_events_are_no_longer_kept_is_explained(
    analyst: Client, segment: Segment, ana: Subscriber, now: dt.datetime
) -> None:
    LogStart.objects.create(begins_at=now)

    page = read(analyst, explanation_of(segment, ana), at="2026-11-21T12:00")  # in Berlin, an hour before

    assert 'role="alert"' in page
    assert "Older events are no longer kept. Ask for 21 Nov 2026, 12:00 UTC or a later moment." in page


def test_a_rule_that_can_no_longer_be_read_is_said_so(analyst: Client, site: Site, ana: Subscriber) -> None:
    broken = factories.make_segment(site, {"version": 1, "root": {"type": "mood"}})

    assert "The rule of this segment cannot be read:" in read(analyst, explanation_of(broken, ana))


def test_nobody_of_another_site_is_explained(analyst: Client, segment: Segment) -> None:
    stranger = factories.make_subscriber(factories.make_site())

    assert analyst.get(explanation_of(segment, stranger)).status_code == 404


@pytest.mark.parametrize("missing", ["view_segment", "view_subscriber", "view_event"])
def test_it_takes_the_right_to_see_segments_subscribers_and_events(
    client: Client, segment: Segment, ana: Subscriber, missing: str
) -> None:
    user = factories.make_user()
    needed = {"view_segment", "view_subscriber", "view_event"}
    user.user_permissions.set(Permission.objects.filter(codename__in=needed - {missing}))
    client.force_login(user)

    assert client.get(explanation_of(segment, ana)).status_code == 403


# --- The ways there -------------------------------------------------------------


@pytest.mark.parametrize("who", ["u-42", "ANA@shop.example"])
def test_a_search_among_the_members_leads_to_the_explanation(
    analyst: Client, segment: Segment, ana: Subscriber, who: str
) -> None:
    page = read(analyst, members_of(segment), who=who)

    assert "<strong>not in it</strong>" in page
    assert explanation_of(segment, ana) in page


def test_somebody_unknown_is_said_to_be_unknown(analyst: Client, segment: Segment) -> None:
    page = read(analyst, members_of(segment), who="<nobody>\0")

    assert f"Nobody on {segment.site} has the customer id" in page
    assert "<nobody>" not in page


def test_of_several_people_with_one_address_all_are_shown(
    analyst: Client, segment: Segment, ana: Subscriber
) -> None:
    double = factories.make_subscriber(ana.site, email=ana.email)

    page = read(analyst, members_of(segment), who=ana.email)

    assert explanation_of(segment, ana) in page
    assert explanation_of(segment, double) in page


def test_members_and_the_page_of_a_subscriber_link_to_it(
    analyst: Client, segment: Segment, ana: Subscriber, now: dt.datetime
) -> None:
    build_members(segment, as_of=now)

    assert explanation_of(segment, ana) in read(analyst, members_of(segment))
    person = reverse("admin:subscribers_subscriber_change", args=[ana.pk])
    assert explanation_of(segment, ana) in read(analyst, person)


def test_who_may_not_see_events_is_offered_no_explanation(
    client: Client, segment: Segment, ana: Subscriber, now: dt.datetime
) -> None:
    build_members(segment, as_of=now)
    user = factories.make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_segment", "view_subscriber"]))
    client.force_login(user)

    page = read(client, members_of(segment), who="u-42")

    assert "<strong>in it</strong> since 21 Nov 2026, 13:00" in page
    assert "/explain/" not in page
