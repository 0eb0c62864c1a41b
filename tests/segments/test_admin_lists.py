"""Lists in the admin: added without a rule, shown with how they came to be, taken from the builder."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from segments.admin import SegmentAdmin
from segments.models import Segment
from segments.verification import verify_segment
from subscribers.models import Site
from tests import factories
from tests.segments.test_admin import sign_in
from tests.segments.uploads.files import upload_people

LIST = "/admin/segments/segment/"
ADD = f"{LIST}add/?kind=static"
SNAPSHOT = f"{LIST}preview/snapshot/"
GERMANS = {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


def page_of(segment: Segment, page: str = "change") -> str:
    return reverse(f"admin:segments_segment_{page}", args=[segment.pk])


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_a_list_is_added_beside_segments_without_building_a_rule(marketer: Client, site: Site) -> None:
    assert ADD in text_of(marketer, LIST)
    assert "data-rule-builder" not in text_of(marketer, ADD)

    response = marketer.post(ADD, {"site": site.pk, "name": "Guests", "description": "Of the gala"})

    segment = Segment.objects.get()
    assert (segment.kind, segment.rule, segment.status, segment.name) == ("static", None, "ready", "Guests")
    assert response.headers["Location"] == page_of(segment)
    assert segment.created_by
    assert segment.refreshed_at


def test_a_list_needs_a_free_name(marketer: Client, site: Site) -> None:
    factories.make_segment(site, name="Guests")

    response = marketer.post(ADD, {"site": site.pk, "name": "Guests", "description": ""})

    assert "already exists" in response.content.decode()


def test_its_page_says_how_many_are_on_it_and_how_they_got_there(marketer: Client, site: Site) -> None:
    factories.make_subscriber(site, external_id="u-1")
    segment = factories.make_list(site, name="Guests")
    upload_people(segment, "u-1", "u-2")

    page = text_of(marketer, page_of(segment))

    assert "<strong>1 person is</strong> on it." in page
    assert page_of(segment, "upload") in page
    assert "1 added, 0 removed, 1 row not used" in page
    assert "Made as an empty list" in page
    assert "data-rule-builder" not in page


def test_a_list_is_renamed(marketer: Client, site: Site) -> None:
    segment = factories.make_list(site)

    marketer.post(page_of(segment), {"site": site.pk, "name": "Friends", "description": "x"})

    segment.refresh_from_db()
    assert (segment.name, segment.description, segment.status) == ("Friends", "x", "ready")


def test_the_list_of_segments_says_that_it_is_a_list(marketer: Client, site: Site) -> None:
    factories.make_list(site)

    assert "A list that people keep." in text_of(marketer, LIST)


def test_who_may_only_look_sees_the_list_and_no_way_to_change_it(site: Site) -> None:
    segment = factories.make_list(site)
    analyst = sign_in("analyst")

    page = text_of(analyst, page_of(segment))

    assert "A list that people keep" in page
    assert page_of(segment, "upload") not in page
    assert analyst.get(ADD).status_code == 403


def test_why_somebody_is_on_it_is_told(site: Site) -> None:
    ana = factories.make_subscriber(site, external_id="u-1")
    segment = factories.make_list(site, name="Guests")
    upload_people(segment, "u-1")

    page = text_of(sign_in("analyst"), reverse("admin:segments_segment_explain", args=[segment.pk, ana.pk]))

    assert "<strong>Yes.</strong>" in page
    assert "A list that people keep." in page


def test_a_list_is_deleted_like_any_segment(marketer: Client, site: Site) -> None:
    segment = factories.make_list(site)
    upload_people(segment, "u-1")

    marketer.post(page_of(segment, "delete"), {"post": "yes"})

    assert not Segment.objects.exists()


# --- Snapshots ------------------------------------------------------------------


def snap(client: Client, site: Site, **values: Any) -> Any:
    asked = {"site": site.pk, "rule": GERMANS, "name": "Germans", **values}
    return client.post(SNAPSHOT, json.dumps(asked), content_type="application/json")


def test_whom_the_builder_shows_is_saved_as_a_list(marketer: Client, site: Site) -> None:
    factories.make_subscriber(site, country="DE")

    answer = snap(marketer, site).json()

    segment = Segment.objects.get()
    assert answer == {"sentence": "1 person is on the list “Germans” now.", "url": page_of(segment)}
    assert (segment.kind, segment.snapshot_rule) == ("static", GERMANS)
    assert "Taken as a snapshot" in text_of(marketer, page_of(segment))


@pytest.mark.parametrize("values", [{"name": ""}, {"name": 7 * "x" * 30}, {"name": None}, {"rule": 5}])
def test_what_makes_no_list_is_said_in_words(marketer: Client, site: Site, values: dict[str, Any]) -> None:
    response = snap(marketer, site, **values)

    assert response.status_code == 400
    assert response.json()["problems"][0]["message"]
    assert not Segment.objects.exists()


def test_a_list_of_a_name_that_is_taken_is_refused(marketer: Client, site: Site) -> None:
    factories.make_segment(site, name="Germans")

    assert "already exists" in snap(marketer, site).json()["problems"][0]["message"]


def test_who_may_not_add_segments_saves_no_list(site: Site) -> None:
    assert snap(sign_in("analyst"), site).status_code == 403


# --- Every other page -----------------------------------------------------------


def test_every_page_of_a_segment_has_an_answer_for_a_list(site: Site) -> None:
    factories.make_subscriber(site, external_id="u-1")
    segment = factories.make_list(site)
    upload_people(segment, "u-1")
    client = sign_in(is_superuser=True)
    names = [
        name
        for path, name, _ in SegmentAdmin.custom_urls
        if "<int:segment_id>" in path and path.count("<") == 1
    ]

    answers = {name: client.get(reverse(f"admin:{name}", args=[segment.pk])).status_code for name in names}

    assert {*answers.values()} <= {200, 302, 404}
    assert answers["segments_segment_members"] == 200


def test_a_list_can_be_named_in_a_rule(marketer: Client, site: Site) -> None:
    guests = factories.make_list(site, name="Guests")
    rule = {"version": 1, "root": {"type": "segment", "segment": guests.pk, "member": True}}

    marketer.post(
        f"{LIST}add/", {"site": site.pk, "name": "Upper", "description": "", "rule": json.dumps(rule)}
    )

    assert Segment.objects.filter(name="Upper", kind="live").exists()
    assert "is used by the segment “Upper”" in text_of(marketer, page_of(guests, "delete"))


def test_a_list_agrees_with_its_verification(site: Site) -> None:
    factories.make_subscriber(site, external_id="u-1")
    factories.make_subscriber(site)
    segment = factories.make_list(site)
    upload_people(segment, "u-1")

    assert verify_segment(segment, as_of=factories.NOW).agrees
