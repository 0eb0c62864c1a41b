"""What the rule builder asks the server for: the catalogue of a site, and who a rule would choose."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from segments import preview as preview_module
from subscribers.models import Site
from tests import factories
from tests.segments.preview.crowds import make_crowd, slow_down_counting

PREVIEW = "/admin/segments/segment/preview/"


def catalogue_of(site: Site) -> str:
    return f"/admin/segments/segment/catalogue/{site.pk}/"


def sign_in(*groups: str) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups))
    return client


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


def ask(client: Client, question: Any, path: str = PREVIEW) -> Any:
    body = question if isinstance(question, bytes) else json.dumps(question)
    return client.post(path, body, content_type="application/json")


def test_the_catalogue_offers_what_the_site_knows_and_the_zone_of_its_times(
    marketer: Client, site: Site
) -> None:
    factories.make_attribute(site, "loyalty_tier")
    answer = marketer.get(catalogue_of(site)).json()
    assert answer["timezone"] == "Europe/Berlin"
    assert [each["key"] for each in answer["attributes"]] == ["loyalty_tier"]


def test_the_preview_counts_and_shows_members_with_links(marketer: Client, site: Site) -> None:
    member = factories.make_subscriber(site, external_id="u-42", country="DE")
    factories.make_push_subscription(member)
    answer = ask(marketer, {"site": site.pk, "rule": factories.EVERYONE}).json()
    assert {key: answer[key] for key in ("count", "total", "share", "reachable", "exact")} == {
        "count": 1, "total": 1, "share": 1.0, "reachable": 1, "exact": True,
    }  # fmt: skip
    [shown] = answer["sample"]
    assert (shown["label"], shown["url"]) == ("u-42", f"/admin/subscribers/subscriber/{member.pk}/change/")
    assert shown["note"].startswith("DE · seen")


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        [],
        None,
        {},
        {"site": "x", "rule": factories.EVERYONE},
        {"site": True, "rule": factories.EVERYONE},
        {"site": 10**30, "rule": factories.EVERYONE},
        {"site": -1, "rule": factories.EVERYONE},
    ],
)
@pytest.mark.parametrize("path", [PREVIEW, f"{PREVIEW}history/"])
def test_a_question_without_a_site_is_refused_in_words(marketer: Client, question: Any, path: str) -> None:
    response = ask(marketer, question, path)
    assert response.status_code == 400
    assert response.json()["problems"][0]["message"]


@pytest.mark.parametrize(
    "rule",
    [
        None,
        "everyone",
        {"version": 2, "root": factories.EVERYONE["root"]},
        {"version": 1},
        {"version": 1, "root": {"type": "attribute", "key": "x\u0000", "operator": "equals", "value": "a"}},
        {"version": 1, "root": {"type": "segment", "segment": 10**30}},
        {"version": 1, "root": {"type": "location", "near": {"lat": "x"}, "radius": {}}},
    ],
)
def test_a_rule_that_cannot_be_understood_is_refused_in_words(
    marketer: Client, site: Site, rule: Any
) -> None:
    response = ask(marketer, {"site": site.pk, "rule": rule})
    assert response.status_code == 400
    assert all(problem["message"] for problem in response.json()["problems"])


def test_a_problem_names_the_condition_it_is_about(marketer: Client, site: Site) -> None:
    group = {"type": "group", "match": "all", "conditions": [{"type": "segment", "segment": 999}]}
    [problem] = ask(marketer, {"site": site.pk, "rule": {"version": 1, "root": group}}).json()["problems"]
    assert problem["path"].startswith("root.conditions[0]")


def test_counting_that_takes_too_long_is_said_in_words(
    marketer: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*args: Any, **kwargs: Any) -> None:
        raise preview_module.PreviewTooSlow

    monkeypatch.setattr("segments.admin.preview_views.preview_rule", give_up)
    response = ask(marketer, {"site": site.pk, "rule": factories.EVERYONE})
    assert response.status_code == 422
    assert "You can still save the segment" in response.json()["problems"][0]["message"]


def test_among_too_many_others_it_is_to_be_asked_again(
    marketer: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*args: Any, **kwargs: Any) -> None:
        raise preview_module.PreviewBusy

    monkeypatch.setattr("segments.admin.preview_views.preview_rule", give_up)
    response = ask(marketer, {"site": site.pk, "rule": factories.EVERYONE})
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert "Ask again in a second" in response.json()["problems"][0]["message"]


@pytest.mark.parametrize(
    ("asked", "wanted"), [({}, True), ({"exact": True}, True), ({"exact": False}, False)]
)
def test_it_is_exact_unless_a_first_answer_is_asked_for(
    marketer: Client,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    asked: dict[str, bool],
    wanted: bool,
) -> None:
    slow_down_counting(monkeypatch, settings)
    make_crowd(site, 100)
    answer = ask(marketer, {"site": site.pk, "rule": factories.EVERYONE, **asked}).json()
    assert answer["exact"] is wanted


def test_the_past_days_are_told_with_their_sentence(marketer: Client, site: Site) -> None:
    person = factories.make_subscriber(site)
    for days in (40, 0.5):
        factories.make_event(person, "add_to_cart", timezone.now() - dt.timedelta(days=days))
    did = {"type": "event", "event": "add_to_cart", "within": {"last": {"days": 1}}}
    answer = ask(
        marketer, {"site": site.pk, "rule": {"version": 1, "root": did}}, f"{PREVIEW}history/"
    ).json()
    assert (len(answer["days"]), answer["now"], answer["as_large_on"]) == (30, 1, 0)
    assert answer["sentence"].startswith("In the past 30 days")


@pytest.mark.parametrize("role", ["analyst", "operator"])
def test_only_those_who_write_segments_may_ask(site: Site, role: str) -> None:
    client = sign_in(role)
    question = {"site": site.pk, "rule": factories.EVERYONE}
    answers = [
        client.get(catalogue_of(site)),
        ask(client, question),
        ask(client, question, f"{PREVIEW}history/"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_strangers_are_sent_to_the_sign_in_page(site: Site) -> None:
    response = ask(Client(), {"site": site.pk, "rule": factories.EVERYONE})
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_a_question_from_another_page_is_refused(site: Site) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.make_user("marketer"))
    assert ask(client, {"site": site.pk, "rule": factories.EVERYONE}).status_code == 403


def test_the_catalogue_of_no_site_is_not_found(marketer: Client) -> None:
    assert marketer.get(f"/admin/segments/segment/catalogue/{10**30}/").status_code == 404
