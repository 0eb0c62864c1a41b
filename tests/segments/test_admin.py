"""Segments in the admin: who may do what, what the list and the form show, what saving starts."""

import datetime as dt
import json
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segments.building import build_members
from segments.models import Segment
from subscribers.models import Site
from tests import factories

LIST = "/admin/segments/segment/"
ADD = f"{LIST}add/"
GOLD = {
    "version": 1,
    "root": {"type": "attribute", "key": "loyalty_tier", "operator": "equals", "value": "gold"},
}


def sign_in(*groups: str, **values: Any) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups, **values))
    return client


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Called whenever a worker is woken to build what waits for it."""
    started = Mock()
    monkeypatch.setattr("segments.versions.wake_building", started)
    return started


def page_of(segment: Segment, page: str = "change") -> str:
    return reverse(f"admin:segments_segment_{page}", args=[segment.pk])


def fields(site: Site, **values: Any) -> dict[str, Any]:
    return {
        "site": site.pk,
        "name": "Gold members",
        "description": "",
        "rule": json.dumps(factories.EVERYONE),
        **values,
    }


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


# --- The list -------------------------------------------------------------------


def test_the_list_says_who_is_in_each_segment_and_how_many(
    marketer: Client, site: Site, now: dt.datetime
) -> None:
    factories.make_subscriber(site, attributes={"loyalty_tier": "gold"})
    factories.make_subscriber(site, attributes={"loyalty_tier": "silver"})
    segment = factories.make_segment(site, GOLD, name="Gold members")
    build_members(segment, as_of=now)
    page = text_of(marketer, LIST)
    assert "Subscribers whose loyalty tier equals “gold”." in page
    assert f'href="{page_of(segment, "members")}">1</a>' in page


def test_the_list_needs_as_many_queries_for_ten_segments_as_for_one(marketer: Client, site: Site) -> None:
    factories.make_segment(site, GOLD)
    with CaptureQueriesContext(connection) as for_one:
        text_of(marketer, LIST)
    for _ in range(9):
        factories.make_segment(site, GOLD)
    with CaptureQueriesContext(connection) as for_ten:
        text_of(marketer, LIST)
    assert len(for_ten) == len(for_one)


def test_a_segment_is_found_by_its_name(marketer: Client, site: Site) -> None:
    factories.make_segment(site, name="Gold members")
    factories.make_segment(site, name="Abandoned carts")
    page = text_of(marketer, f"{LIST}?q=gold")
    assert "Gold members" in page
    assert "Abandoned carts" not in page


def test_sites_are_shown_only_where_there_are_several(marketer: Client, site: Site) -> None:
    factories.make_segment(site)
    assert site.name not in text_of(marketer, LIST)
    factories.make_site(name="Second shop")
    page = text_of(marketer, LIST)
    assert site.name in page
    assert "Second shop" in page  # offered as a filter


# --- Writing --------------------------------------------------------------------


def test_saving_a_new_segment_starts_its_build_in_the_name_of_whoever_saved_it(
    site: Site, builds: Mock
) -> None:
    user = factories.make_user("marketer")
    client = Client()
    client.force_login(user)
    assert client.post(ADD, fields(site, rule=json.dumps(GOLD))).status_code == 302
    segment = Segment.objects.get()
    assert (segment.rule, segment.created_by, segment.status) == (GOLD, user, Segment.Status.BUILDING)
    builds.assert_called_once_with()


def test_saving_a_change_keeps_the_watermark_and_builds_anew(
    marketer: Client, site: Site, builds: Mock, now: dt.datetime
) -> None:
    segment = factories.make_segment(site, GOLD)
    build_members(segment, as_of=now)
    marketer.post(page_of(segment), fields(site, name="Everybody", _confirmed="1"))
    segment.refresh_from_db()
    assert (segment.name, segment.rule, segment.refreshed_at) == ("Everybody", factories.EVERYONE, now)
    assert segment.status == Segment.Status.BUILDING
    builds.assert_called_once_with()


def test_saving_without_another_rule_builds_nothing(
    marketer: Client, site: Site, builds: Mock, now: dt.datetime
) -> None:
    segment = factories.make_segment(site, GOLD)
    build_members(segment, as_of=now)
    marketer.post(page_of(segment), fields(site, name="Gold", rule=json.dumps(GOLD)))
    segment.refresh_from_db()
    assert (segment.name, segment.status) == ("Gold", Segment.Status.READY)
    builds.assert_not_called()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"version": 1, "root": {"type": "segment", "segment": 999}}, "This segment does not exist"),
        ({"version": 1, "root": {"type": "attribute", "key": "x", "operator": "equals"}}, "needs one text"),
        ({"version": 1, "root": {"type": "nonsense"}}, ""),
        ([], ""),
    ],
)
def test_a_rule_that_cannot_work_is_refused_in_words(
    marketer: Client, site: Site, builds: Mock, rule: Any, words: str
) -> None:
    response = marketer.post(ADD, fields(site, rule=json.dumps(rule)))
    errors = response.context["adminform"].form.errors
    assert response.status_code == 200
    assert words in str(errors["rule"])
    assert not Segment.objects.exists()
    builds.assert_not_called()


def test_the_builder_is_told_where_in_the_rule_a_problem_is(marketer: Client, site: Site) -> None:
    wrong = {"type": "segment", "segment": 999}
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [GOLD["root"], wrong]}}
    page = marketer.post(ADD, fields(site, rule=json.dumps(rule))).content.decode()
    assert "root.conditions[1]" in page


def test_a_name_that_is_taken_is_refused_when_a_segment_is_renamed(marketer: Client, site: Site) -> None:
    factories.make_segment(site, name="Gold members")
    other = factories.make_segment(site, name="Others")
    response = marketer.post(page_of(other), fields(site, name="Gold members"))
    assert "already exists" in response.content.decode()


def test_a_segment_cannot_be_moved_to_another_site(marketer: Client, site: Site) -> None:
    segment = factories.make_segment(site)
    marketer.post(page_of(segment), fields(factories.make_site()))
    segment.refresh_from_db()
    assert segment.site == site


# --- Deleting -------------------------------------------------------------------


def test_deleting_asks_first_and_does_not_list_every_member(
    marketer: Client, site: Site, now: dt.datetime
) -> None:
    subscriber = factories.make_subscriber(site, external_id="u-42")
    segment = factories.make_segment(site, name="Everybody")
    build_members(segment, as_of=now)
    page = text_of(marketer, page_of(segment, "delete"))
    assert "Memberships: 1" in page
    assert f"{subscriber.pk} in {segment.pk}" not in page
    marketer.post(page_of(segment, "delete"), {"post": "yes"})
    assert not Segment.objects.exists()


def test_a_segment_that_a_campaign_uses_is_not_deleted(marketer: Client, site: Site) -> None:
    segment = factories.make_segment(site)
    factories.make_campaign(site, name="Black Friday").include_segments.add(segment)
    assert "is used by the campaign “Black Friday”." in text_of(marketer, page_of(segment, "delete"))
    marketer.post(page_of(segment, "delete"), {"post": "yes"})
    assert Segment.objects.filter(pk=segment.pk).exists()


def test_a_segment_that_another_is_built_on_is_not_deleted(marketer: Client, site: Site) -> None:
    segment = factories.make_segment(site)
    factories.make_segment(
        site, {"version": 1, "root": {"type": "segment", "segment": segment.pk}}, name="Outer"
    )
    assert "is used by the segment “Outer”." in text_of(marketer, page_of(segment, "delete"))


# --- Roles ----------------------------------------------------------------------


def test_an_analyst_sees_the_sentence_and_the_members_but_no_builder(site: Site) -> None:
    segment = factories.make_segment(site, GOLD)
    page = text_of(sign_in("analyst"), page_of(segment))
    assert "Subscribers whose loyalty tier equals “gold”." in page
    assert page_of(segment, "members") in page
    assert "data-rule-builder" not in page


@pytest.mark.parametrize("text", ["1" * 5000, "[" * 100_000, "{", "NaN", '"\\ud800"'])
def test_a_rule_posted_by_hand_that_cannot_be_read_is_an_error_in_words(
    marketer: Client, site: Site, text: str, builds: Mock
) -> None:
    response = marketer.post(reverse("admin:segments_segment_add"), fields(site, rule=text))

    assert response.status_code == 200
    assert not Segment.objects.exists()


@pytest.mark.parametrize("role", ["analyst", "operator"])
def test_who_may_only_look_cannot_write(site: Site, role: str, builds: Mock) -> None:
    segment = factories.make_segment(site, GOLD, name="Gold")
    client = sign_in(role)
    answers = [
        client.get(ADD).status_code,
        client.post(page_of(segment), fields(site, name="Changed")).status_code,
        client.post(page_of(segment, "delete"), {"post": "yes"}).status_code,
    ]
    segment.refresh_from_db()
    assert (answers, segment.name) == ([403, 403, 403], "Gold")
    builds.assert_not_called()
