"""Segments through the management door."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from segments.membership import refresh_membership
from segments.models import MembershipChange, Segment
from segments.preview import PreviewTooSlow
from segments.tasks import build_segment
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect

GERMANS = {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}
NONSENSE = {
    "version": 1,
    "root": {"type": "profile", "field": "country", "operator": "resembles", "value": "DE"},
}


def build(segment: Segment, at: dt.datetime = factories.NOW) -> None:
    refresh_membership(segment, as_of=at, cause=MembershipChange.Cause.BUILD)


def test_a_segment_is_made_and_built_once_it_is_saved(
    client: APIClient, site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with patch.object(build_segment, "delay") as delay, django_capture_on_commit_callbacks(execute=True):
        response = client.post("/api/v1/segments/", {"site": site.pk, "name": "Germans", "rule": GERMANS})

    assert response.status_code == 201, response.content
    assert response.json()["status"] == "building"
    assert response.json()["member_count"] == 0
    delay.assert_called_once_with(response.json()["id"])


def test_a_changed_rule_is_built_anew(
    client: APIClient, site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    segment = factories.make_segment(site)
    build(segment)

    with patch.object(build_segment, "delay") as delay, django_capture_on_commit_callbacks(execute=True):
        response = client.patch(f"/api/v1/segments/{segment.pk}/", {"rule": GERMANS})

    assert response.json()["status"] == "building"
    delay.assert_called_once_with(segment.pk)


def test_a_rule_that_cannot_be_understood_is_refused_with_the_path_of_each_problem(
    client: APIClient, site: Site
) -> None:
    response = client.post("/api/v1/segments/", {"site": site.pk, "name": "Germans", "rule": NONSENSE})

    assert response.status_code == 400
    (problem,) = response.json()["rule"]
    assert problem["path"].startswith("root")
    assert problem["message"]


def test_a_segment_cannot_be_built_on_itself(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)
    rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}

    response = client.patch(f"/api/v1/segments/{segment.pk}/", {"rule": rule})

    assert response.status_code == 400
    assert "rule" in response.json()


def test_a_segment_stays_with_its_site(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)

    response = client.patch(f"/api/v1/segments/{segment.pk}/", {"site": factories.make_site().pk})

    assert response.json() == {"site": ["A segment stays with its site; make a new one for another."]}


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
    assert response.json() == {"detail": "Still used by the campaign “Spring sale”. Change those first."}
    campaign.delete()
    assert client.delete(f"/api/v1/segments/{segment.pk}/").status_code == 204


def test_a_segment_that_another_is_built_on_is_not_deleted(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)
    rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}
    factories.make_segment(site, rule, name="Upper floor")

    response = client.delete(f"/api/v1/segments/{segment.pk}/")

    assert response.json() == {"detail": "Still used by the segment “Upper floor”. Change those first."}


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
def test_a_preview_is_exact_whether_or_not_an_estimate_would_do(
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

    assert response.status_code == 400
    assert response.json()["as_of"]


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
    assert response.json()["rule"][0]["path"].startswith("root")


def test_a_preview_that_takes_too_long_says_so(client: APIClient, site: Site) -> None:
    with patch("segments.api.previews.preview_rule", side_effect=PreviewTooSlow):
        response = preview(client, site)

    assert response.status_code == 503
    assert "took longer" in response.json()["detail"]
