"""Editing a segment through the management door: what a change would do, versions, and two clients at once."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from segments.models import Segment
from segments.preview import PreviewBusy, PreviewTooSlow
from segments.versions import keep_definition
from subscribers.models import Attribute, Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_wrong
from tests.segments.live import GERMANS, has_attribute, is_in, lives_in, make_built

FRENCH = lives_in("FR")


@pytest.fixture
def germans(site: Site) -> Segment:
    for country in ("DE", "DE", "FR"):
        factories.make_subscriber(site, country=country)
    return make_built(site, GERMANS, name="Germans")


def path_of(segment: Segment, rest: str = "") -> str:
    return f"/api/v1/segments/{segment.pk}/{rest}"


def write(segment: Segment, rule: dict[str, Any], *, by: str) -> None:
    segment.rule = rule
    segment.save()
    now = factories.NOW + dt.timedelta(days=1)
    keep_definition(segment, by=factories.make_user(username=by), now=now)


# --- Comparing ------------------------------------------------------------------


def test_a_comparison_says_who_would_join_leave_and_stay_and_what_that_reaches(
    client: APIClient, germans: Segment
) -> None:
    factories.make_campaign(germans.site, name="Sale").include_segments.add(germans)

    answer = client.post(path_of(germans, "compare/"), {"rule": FRENCH}, format="json").json()

    assert (answer["joins"], answer["leaves"], answer["stays"]) == (1, 2, 0)
    assert (answer["exact"], answer["margin"]) == (True, 0)
    assert {key: len(some) for key, some in answer["examples"].items()} == {
        "joins": 1,
        "leaves": 2,
        "stays": 0,
    }
    assert answer["sentence_before"] == "Subscribers whose country equals Germany."
    assert answer["sentence_after"] == "Subscribers whose country equals France."
    (usage,) = answer["used_by"]
    assert (usage["kind"], usage["name"], usage["status"], usage["note"]) == (
        "campaign",
        "Sale",
        "Draft",
        "sends to it",
    )


def test_nobody_is_named_to_a_client_that_may_not_see_subscribers(germans: Segment) -> None:
    user = factories.make_user()
    user.user_permissions.set(Permission.objects.filter(codename="view_segment"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")

    answer = client.post(path_of(germans, "compare/"), {"rule": FRENCH}, format="json").json()

    assert answer["leaves"] == 2
    assert answer["examples"] == {"joins": [], "leaves": [], "stays": []}


def test_a_circle_is_refused_by_names_at_its_place(client: APIClient, germans: Segment) -> None:
    outer = factories.make_segment(germans.site, is_in(germans), name="Active Germans")
    wrong = {
        "rule/root/segment": ["This would go round in a circle: “Germans” → “Active Germans” → “Germans”."]
    }

    compared = client.post(path_of(germans, "compare/"), {"rule": is_in(outer)}, format="json")
    saved = client.patch(path_of(germans), {"rule": is_in(outer)}, format="json")

    assert (compared.status_code, list_wrong(compared)) == (400, wrong)
    assert (saved.status_code, list_wrong(saved)) == (400, wrong)


@pytest.mark.parametrize(("refusal", "status"), [(PreviewTooSlow(), 503), (PreviewBusy(), 429)])
def test_a_count_that_is_stopped_says_so(
    client: APIClient, germans: Segment, refusal: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **named: Any) -> None:
        raise refusal

    monkeypatch.setattr("segments.api.editing.compare_rule", refuse)

    answer = client.post(path_of(germans, "compare/"), {"rule": FRENCH}, format="json")

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(str(refusal))


def test_a_list_has_no_rule_to_compare_with(client: APIClient, germans: Segment) -> None:
    Segment.objects.filter(pk=germans.pk).update(kind=Segment.Kind.STATIC, rule=None)

    assert client.post(path_of(germans, "compare/"), {"rule": FRENCH}, format="json").status_code == 409


# --- Versions -------------------------------------------------------------------


def test_versions_are_listed_newest_first_with_who_wrote_them(client: APIClient, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    second, first = client.get(path_of(germans, "versions/")).json()["results"]

    assert (second["number"], second["rule"], second["created_by"]) == (2, FRENCH, "anna")
    assert second["sentence"] == "Subscribers whose country equals France."
    assert (second["is_followed"], first["is_followed"]) == (False, True)
    assert (first["number"], first["created_by"]) == (1, None)


def test_a_version_is_used_again_as_one_of_its_own(client: APIClient, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    answer = client.post(path_of(germans, "versions/1/restore/"), {"version": 2}, format="json")

    assert (answer.status_code, answer.json()["number"], answer.json()["rule"]) == (200, 3, GERMANS)
    germans.refresh_from_db()
    assert (germans.rule, germans.status) == (GERMANS, "building")


def test_what_was_changed_since_is_not_replaced_unseen(client: APIClient, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    answer = client.post(path_of(germans, "versions/1/restore/"), {"version": 1}, format="json")

    assert answer.status_code == 409
    assert "changed meanwhile by anna" in answer.json()["detail"]


def test_a_rule_that_cannot_be_any_more_is_not_used_again(client: APIClient, germans: Segment) -> None:
    write(germans, has_attribute("tier", "gold"), by="anna")
    write(germans, FRENCH, by="otto")
    Attribute.objects.create(site=germans.site, key="tier", type=Attribute.Type.NUMBER)

    answer = client.post(path_of(germans, "versions/2/restore/"), {}, format="json")

    assert answer.status_code == 400
    assert set(list_wrong(answer)) == {"rule/root/operator"}


@pytest.mark.parametrize("number", ["99", "0", "x", "99999999999999999999"])
def test_a_version_that_there_is_not_is_not_found(client: APIClient, germans: Segment, number: str) -> None:
    assert client.post(path_of(germans, f"versions/{number}/restore/")).status_code == 404


def test_an_analyst_reads_versions_and_compares_but_restores_nothing(
    connect: Connect, germans: Segment
) -> None:
    analyst = connect("analyst")

    assert analyst.get(path_of(germans, "versions/")).status_code == 200
    assert analyst.post(path_of(germans, "compare/"), {"rule": FRENCH}, format="json").status_code == 200
    assert analyst.post(path_of(germans, "versions/1/restore/")).status_code == 403


# --- Two clients at once --------------------------------------------------------


def test_a_segment_says_the_number_of_its_latest_rule(client: APIClient, germans: Segment) -> None:
    assert client.get(path_of(germans)).json()["version"] == 1
    assert client.patch(path_of(germans), {"rule": FRENCH}, format="json").json()["version"] == 2


def test_a_change_that_names_an_older_version_is_refused_with_who_changed_it(
    client: APIClient, germans: Segment
) -> None:
    write(germans, FRENCH, by="anna")

    answer = client.patch(path_of(germans), {"rule": lives_in("AT"), "version": 1}, format="json")

    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "The rule of this segment was changed meanwhile by anna on 22 Nov 2026, 13:00. The latest version is 2."
    )
    germans.refresh_from_db()
    assert germans.rule == FRENCH


def test_a_change_that_names_the_latest_version_or_none_is_made(client: APIClient, germans: Segment) -> None:
    named = client.patch(path_of(germans), {"rule": FRENCH, "version": 1}, format="json")
    unnamed = client.patch(path_of(germans), {"rule": GERMANS}, format="json")

    assert (named.status_code, unnamed.status_code) == (200, 200)


def test_a_new_name_builds_nothing(client: APIClient, germans: Segment) -> None:
    answer = client.patch(path_of(germans), {"name": "Allemands"}, format="json").json()

    assert (answer["status"], answer["version"]) == ("ready", 1)


def test_a_new_segment_begins_with_version_one(client: APIClient, site: Site) -> None:
    asked = {"site": site.pk, "name": "Germans", "rule": GERMANS, "version": 7}

    assert client.post("/api/v1/segments/", asked, format="json").json()["version"] == 1
