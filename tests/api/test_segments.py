"""Segments through the management door."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from segments.building import build_members
from segments.models import Segment
from segments.preview import PreviewBusy, PreviewImpossible, PreviewTooSlow
from segments.versions import BUILDING_TASK
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_fields, list_wrong
from tests.segments.preview.crowds import make_crowd, slow_down_counting

GERMANS = {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}
CART_TODAY = {
    "version": 1,
    "root": {"type": "event", "event": "add_to_cart", "within": {"last": {"days": 1}}},
}
NONSENSE = {
    "version": 1,
    "root": {"type": "profile", "field": "country", "operator": "resembles", "value": "DE"},
}


def build(segment: Segment, at: dt.datetime = factories.NOW) -> None:
    build_members(segment, as_of=at)


def test_a_segment_is_made_and_built_once_it_is_saved(
    client: APIClient, site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with patch("segments.versions.wake") as wake, django_capture_on_commit_callbacks(execute=True):
        response = client.post("/api/v1/segments/", {"site": site.pk, "name": "Germans", "rule": GERMANS})

    assert response.status_code == 201, response.content
    assert response.json()["status"] == "building"
    assert response.json()["member_count"] == 0
    wake.assert_called_once_with(BUILDING_TASK)


def test_a_changed_rule_is_built_anew(
    client: APIClient, site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    segment = factories.make_segment(site)
    build(segment)

    with patch("segments.versions.wake") as wake, django_capture_on_commit_callbacks(execute=True):
        response = client.patch(f"/api/v1/segments/{segment.pk}/", {"rule": GERMANS})

    assert response.json()["status"] == "building"
    wake.assert_called_once_with(BUILDING_TASK)


def test_a_new_name_alone_builds_nothing(
    client: APIClient, site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    segment = factories.make_segment(site, GERMANS)
    build(segment)

    with patch("segments.versions.wake") as wake, django_capture_on_commit_callbacks(execute=True):
        response = client.patch(f"/api/v1/segments/{segment.pk}/", {"name": "People in Germany"})

    assert response.json()["status"] == "ready"
    wake.assert_not_called()


def test_a_rule_that_cannot_be_understood_is_refused_with_the_path_of_each_problem(
    client: APIClient, site: Site
) -> None:
    response = client.post("/api/v1/segments/", {"site": site.pk, "name": "Germans", "rule": NONSENSE})

    assert response.status_code == 400
    ((place, sentences),) = list_wrong(response).items()
    assert place.startswith("rule/root")
    assert sentences[0]


def test_a_segment_cannot_be_built_on_itself(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)
    rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}

    response = client.patch(f"/api/v1/segments/{segment.pk}/", {"rule": rule})

    assert response.status_code == 400
    assert "rule" in list_fields(response)


def test_a_segment_stays_with_its_site(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)

    response = client.patch(f"/api/v1/segments/{segment.pk}/", {"site": factories.make_site().pk})

    assert list_wrong(response) == {"site": ["A segment stays with its site; make a new one for another."]}


def test_two_segments_of_a_site_cannot_share_a_name(client: APIClient, site: Site) -> None:
    factories.make_segment(site, name="Germans")

    response = client.post("/api/v1/segments/", {"site": site.pk, "name": "Germans", "rule": GERMANS})

    assert response.status_code == 400


@pytest.mark.parametrize("field", ["include_segments", "exclude_segments"])
def test_a_segment_that_a_campaign_needs_is_not_deleted(client: APIClient, site: Site, field: str) -> None:
    segment = factories.make_segment(site)
    campaign = factories.make_campaign(site, name="Spring sale")
    getattr(campaign, field).add(segment)

    response = client.delete(f"/api/v1/segments/{segment.pk}/")

    assert response.status_code == 409
    assert response.json()["detail"] == "Still used by the campaign “Spring sale”. Change those first."
    campaign.delete()
    assert client.delete(f"/api/v1/segments/{segment.pk}/").status_code == 204


def test_a_segment_that_another_is_built_on_is_not_deleted(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)
    rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}
    factories.make_segment(site, rule, name="Upper floor")

    response = client.delete(f"/api/v1/segments/{segment.pk}/")

    assert response.json()["detail"] == "Still used by the segment “Upper floor”. Change those first."


def test_members_and_history_are_listed(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site, country="DE", external_id="u-1")
    segment = factories.make_segment(site, GERMANS)
    build(segment, factories.NOW - dt.timedelta(hours=1))
    ana.country = "FR"
    ana.save()
    ben = factories.make_subscriber(site, country="DE", external_id="u-2")
    build(segment)

    members = client.get(f"/api/v1/segments/{segment.pk}/members/").json()["results"]
    history = client.get(f"/api/v1/segments/{segment.pk}/history/").json()["results"]

    assert members == [{"subscriber": ben.pk, "label": "u-2", "entered_at": "2026-11-21T12:00:00Z"}]
    assert [(row["subscriber"], row["kind"]) for row in history] == [
        (ben.pk, "entered"),
        (ana.pk, "left"),
        (ana.pk, "entered"),
    ]
    assert client.get(f"/api/v1/segments/{segment.pk}/").json()["member_count"] == 1


def test_the_segments_of_a_subscriber_are_listed(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site, country="DE")
    germans = factories.make_segment(site, GERMANS, name="Germans")
    build(germans)

    response = client.get(f"/api/v1/subscribers/{ana.pk}/segments/")

    assert response.json()["results"] == [
        {"segment": germans.pk, "name": "Germans", "entered_at": "2026-11-21T12:00:00Z"}
    ]


def preview(client: APIClient, site: Site, **values: Any) -> Any:
    return client.post("/api/v1/segments/preview/", {"site": site.pk, "rule": GERMANS, **values})


@pytest.mark.parametrize("wanted", [True, False])
def test_a_preview_of_few_people_is_exact_whether_or_not_an_estimate_would_do(
    client: APIClient, site: Site, wanted: bool
) -> None:
    factories.make_subscriber(site, country="DE")

    body = preview(client, site, exact=wanted).json()

    assert (body["count"], body["exact"], body["margin"]) == (1, True, 0)


@pytest.mark.parametrize(
    "as_of", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-21", "soon", 7, [1]]
)
def test_an_instant_that_cannot_be_counted_for_is_refused_in_words(
    client: APIClient, site: Site, as_of: object
) -> None:
    response = preview(client, site, as_of=as_of)

    assert list_fields(response) == {"as_of"}


def test_a_preview_counts_and_says_the_rule_in_english(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site, country="DE")
    factories.make_push_subscription(ana)
    factories.make_subscriber(site, country="FR")

    response = preview(client, site, as_of=None)

    assert response.status_code == 200, response.content
    body = response.json()
    assert {key: body[key] for key in ("count", "exact", "margin", "total", "share", "reachable")} == {
        "count": 1, "exact": True, "margin": 0, "total": 2, "share": 0.5, "reachable": 1,
    }  # fmt: skip
    assert [row["id"] for row in body["sample"]] == [ana.pk]
    assert "Germany" in body["sentence"] or "DE" in body["sentence"]
    assert Segment.objects.count() == 0


def test_whoever_may_see_segments_may_preview(connect: Connect, site: Site) -> None:
    assert preview(connect("analyst"), site).status_code == 200
    assert preview(connect("no such role"), site).status_code == 403


def test_a_preview_of_nonsense_lists_the_problems(client: APIClient, site: Site) -> None:
    response = preview(client, site, rule=NONSENSE)

    assert response.status_code == 400
    assert min(list_wrong(response)).startswith("rule/root")


@pytest.mark.usefixtures("no_time_to_count")
def test_where_an_estimate_would_do_it_comes_with_its_margin(client: APIClient, site: Site) -> None:
    make_crowd(site, 20_000)

    body = preview(client, site, exact=False).json()

    assert body["exact"] is False
    assert body["margin"] > 0
    assert abs(body["count"] - 10_000) <= 2 * body["margin"]
    assert body["fewer_than"] is None


@pytest.mark.usefixtures("no_time_to_count")
def test_too_few_to_estimate_have_no_count_but_a_ceiling(client: APIClient, site: Site) -> None:
    make_crowd(site, 400)

    body = preview(client, site, exact=False).json()

    assert {key: body[key] for key in ("count", "share", "reachable", "exact")} == {
        "count": None, "share": None, "reachable": None, "exact": False,
    }  # fmt: skip
    assert 200 <= body["fewer_than"] <= 500


@pytest.fixture
def no_time_to_count(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    slow_down_counting(monkeypatch, settings)


def test_a_preview_among_too_many_others_is_to_be_asked_again(client: APIClient, site: Site) -> None:
    with patch("segments.api.previews.preview_rule", side_effect=PreviewBusy):
        response = preview(client, site)

    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert "Ask again in a second" in response.json()["detail"]


def test_a_preview_that_the_database_refuses_is_a_problem_of_the_rule(client: APIClient, site: Site) -> None:
    with patch("segments.api.previews.preview_rule", side_effect=PreviewImpossible("Too complex.")):
        response = preview(client, site)

    assert (response.status_code, list_wrong(response)) == (400, {"rule/root": ["Too complex."]})


def ask_past(client: APIClient, site: Site, **values: Any) -> Any:
    question = {"site": site.pk, "rule": CART_TODAY, "as_of": "2026-11-21T12:00:00Z", **values}
    return client.post("/api/v1/segments/preview/history/", question)


def test_the_past_sizes_of_an_audience_are_told_day_by_day(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site)
    for days in (40, 2.5, 0.5):
        factories.make_event(ana, "add_to_cart", factories.NOW - dt.timedelta(days=days))

    body = ask_past(client, site).json()

    assert (len(body["days"]), body["now"], body["exact"], body["as_large_on"]) == (30, 1, True, 1)
    assert body["days"][-2] == {"at": "2026-11-19T12:00:00Z", "count": 1}
    assert body["sentence"].startswith("In the past 30 days it was at least this large on 1 day")


def test_a_rule_without_a_past_says_so(client: APIClient, site: Site) -> None:
    body = ask_past(client, site, rule=GERMANS).json()

    assert (body["days"], body["now"]) == ([], None)
    assert body["sentence"]


def test_the_past_of_nonsense_lists_the_problems(client: APIClient, site: Site) -> None:
    assert min(list_wrong(ask_past(client, site, rule=NONSENSE))).startswith("rule/root")


def test_whoever_may_see_segments_may_ask_for_their_past(connect: Connect, site: Site) -> None:
    assert ask_past(connect("analyst"), site).status_code == 200
    assert ask_past(connect("no such role"), site).status_code == 403


def test_a_preview_that_takes_too_long_says_so(client: APIClient, site: Site) -> None:
    with patch("segments.api.previews.preview_rule", side_effect=PreviewTooSlow):
        response = preview(client, site)

    assert response.status_code == 503
    assert "took longer" in response.json()["detail"]
