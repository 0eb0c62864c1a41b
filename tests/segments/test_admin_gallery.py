"""The gallery in the admin: who sees it, what it shows, and the form it fills in."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from segments.gallery import GALLERY, ReadyMade, find_ready_made
from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tracking.models import EventType

LIST = "/admin/segments/segment/"
PAGE = f"{LIST}gallery/"
ADD = f"{LIST}add/"
ENTRIES = [entry for entries in GALLERY.values() for entry in entries]


def sign_in(*groups: str) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups))
    return client


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What the form for a new segment starts with."""
    form = client.get(address).context["adminform"].form
    return {name: form[name].value() for name in ("site", "name", "description", "rule")}


def test_the_list_leads_to_the_gallery(marketer: Client) -> None:
    page = marketer.get(LIST).content.decode()

    assert "Start from a ready-made one" in page
    assert f'href="{PAGE}"' in page


def test_who_may_not_add_segments_has_no_gallery(site: Site) -> None:
    analyst = sign_in("analyst")

    assert "ready-made" not in analyst.get(LIST).content.decode()
    assert analyst.get(PAGE).status_code == 403


def test_strangers_are_asked_to_log_in(site: Site) -> None:
    answer = Client().get(PAGE)

    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_every_entry_is_shown_with_its_way_into_the_builder(
    marketer: Client, site: Site, entry: ReadyMade
) -> None:
    page = marketer.get(PAGE).content.decode()

    assert entry.name in page
    assert entry.description in page
    assert f'href="{ADD}?gallery={entry.key}&amp;site={site.pk}"' in page


def test_it_says_who_would_be_chosen_and_what_the_site_has_not_seen(marketer: Client) -> None:
    page = marketer.get(PAGE).content.decode()

    assert "Subscribers with a mobile device." in page
    assert "Needs the event “purchase”, which has not been seen yet." in page


def test_the_page_costs_as_many_queries_for_a_site_that_has_seen_much(marketer: Client, site: Site) -> None:
    with CaptureQueriesContext(connection) as at_first:
        marketer.get(PAGE)
    for number in range(10):
        Attribute.objects.create(site=site, key=f"key-{number}", type="text")
        EventType.objects.create(site=site, name=f"event-{number}")
        factories.make_segment(site)
        factories.make_place(site, name=f"Store {number}")
    with CaptureQueriesContext(connection) as later:
        marketer.get(PAGE)

    assert len(later) == len(at_first) <= 12


def test_each_of_several_sites_has_its_own_remarks(marketer: Client, site: Site) -> None:
    second = factories.make_site(name="Second shop")
    factories.make_place(second)

    assert "Needs a place" in marketer.get(PAGE).content.decode()
    page = marketer.get(f"{PAGE}?site={second.pk}").content.decode()
    assert "Needs a place" not in page
    assert f'href="{ADD}?gallery=vips&amp;site={second.pk}"' in page


@pytest.mark.parametrize("asked", ["0", "nonsense", "99999999999999999999", "%00"])
def test_a_site_that_is_none_gives_the_first(marketer: Client, site: Site, asked: str) -> None:
    assert f"gallery=vips&amp;site={site.pk}" in marketer.get(f"{PAGE}?site={asked}").content.decode()


@pytest.mark.django_db
def test_without_any_site_the_page_says_what_to_do() -> None:
    assert "add a site first" in sign_in("marketer").get(PAGE).content.decode()


# --- The form it fills in ---------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_the_form_starts_with_the_entry_and_nothing_is_saved(
    marketer: Client, site: Site, entry: ReadyMade
) -> None:
    factories.make_place(site)

    form = form_of(marketer, f"{ADD}?gallery={entry.key}&site={site.pk}")

    assert (form["site"], form["name"], form["description"]) == (site.pk, entry.name, entry.description)
    assert json.loads(form["rule"])["version"] == 1
    assert not Segment.objects.exists()


def test_the_form_can_be_saved_as_it_is(marketer: Client, site: Site) -> None:
    form = form_of(marketer, f"{ADD}?gallery=vips&site={site.pk}")

    answer = marketer.post(f"{ADD}?gallery=vips&site={site.pk}", form)

    assert answer.status_code == 302
    segment = Segment.objects.get()
    vips = find_ready_made("vips")
    assert vips is not None
    assert (segment.name, segment.rule) == (vips.name, {"version": 1, "root": vips.root})


def test_the_form_is_for_the_site_that_was_looked_at(marketer: Client, site: Site) -> None:
    second = factories.make_site()

    assert form_of(marketer, f"{ADD}?gallery=vips&site={second.pk}")["site"] == second.pk


def test_a_key_that_is_none_leaves_the_form_empty(marketer: Client) -> None:
    form = form_of(marketer, f"{ADD}?gallery=nonsense")

    assert not form["name"]
    assert not form["rule"] or json.loads(form["rule"]) is None


def test_who_may_not_add_segments_gets_no_form(site: Site) -> None:
    assert sign_in("analyst").get(f"{ADD}?gallery=vips").status_code == 403
