"""What the panel beside the builder asks for: whom saving the rule would add to a saved segment, and whom remove."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from segments.admin.moves_chart import draw_moves
from segments.editing import Comparison
from segments.models import Segment
from segments.preview import PreviewBusy, PreviewImpossible, PreviewTooSlow
from tests import factories
from tests.segments.editing.conftest import sign_in
from tests.segments.live import GERMANS, is_in, lives_in, rule_of

FRENCH = lives_in("FR")
DOOR = "/admin/segments/segment/preview/comparison/"


def ask(client: Client, segment: Segment, rule: Any, /, **values: Any) -> Any:
    question = {"site": segment.site_id, "segment": segment.pk, "rule": rule, **values}
    return client.post(DOOR, json.dumps(question), content_type="application/json")


def test_it_says_who_joins_leaves_and_stays_with_some_of_them(marketer: Client, germans: Segment) -> None:
    answer = ask(marketer, germans, FRENCH).json()

    assert answer["sentence"] == "+1 join, −2 leave, 0 stay"
    assert [(part["key"], part["words"]) for part in answer["parts"]] == [
        ("leave", "−2"),
        ("stay", "0"),
        ("join", "+1"),
    ]
    (joining,) = answer["examples"]["join"]
    assert joining["label"] == "FR-2"
    assert joining["url"].startswith("/admin/subscribers/subscriber/")


def test_the_parts_of_the_picture_stand_side_by_side_and_fill_it(marketer: Client, germans: Segment) -> None:
    parts = ask(marketer, germans, FRENCH).json()["parts"]

    assert sum(part["width"] for part in parts) == pytest.approx(100, abs=0.01)
    assert [part["x"] for part in parts] == pytest.approx([0, parts[0]["width"], parts[0]["width"]], abs=0.01)


def test_however_few_join_they_are_seen_in_the_picture() -> None:
    few = Comparison(1, 0, 999_999, exact=True, margin=0, joining=[], leaving=[], staying=[], took_ms=1)

    leave, stay, join = draw_moves(few)

    assert leave.width == 0
    assert join.width == pytest.approx(1, abs=0.05)
    assert stay.width + join.width == pytest.approx(100, abs=0.01)


def test_nobody_is_named_to_who_may_not_see_subscribers(germans: Segment) -> None:
    user = factories.make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_segment", "change_segment"]))
    client = Client()
    client.force_login(user)

    assert ask(client, germans, FRENCH).json()["examples"] == {}


@pytest.mark.parametrize(
    "rule", [GERMANS, rule_of({"type": "group", "match": "all", "conditions": [GERMANS["root"]]})]
)
def test_there_is_nothing_to_say_of_the_rule_as_it_is_saved(
    marketer: Client, germans: Segment, rule: Any
) -> None:
    assert ask(marketer, germans, rule).status_code == 204


def test_a_circle_is_said_by_names(marketer: Client, germans: Segment) -> None:
    outer = factories.make_segment(germans.site, is_in(germans), name="Active Germans")

    answer = ask(marketer, germans, is_in(outer))

    assert answer.status_code == 400
    assert "“Germans” → “Active Germans” → “Germans”" in answer.json()["problems"][0]["message"]


@pytest.mark.parametrize(
    ("refusal", "status"), [(PreviewTooSlow(), 422), (PreviewBusy(), 429), (PreviewImpossible("No."), 400)]
)
def test_a_count_that_is_stopped_says_why(
    marketer: Client, germans: Segment, refusal: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **named: Any) -> None:
        raise refusal

    monkeypatch.setattr("segments.admin.preview_views.compare_rule", refuse)

    answer = ask(marketer, germans, FRENCH)

    assert (answer.status_code, answer.json()["problems"][0]["message"]) == (status, str(refusal))


@pytest.mark.parametrize("segment", [None, "x", True, -1, 10**30])
def test_without_a_saved_segment_there_is_nothing_to_compare_with(
    marketer: Client, germans: Segment, segment: Any
) -> None:
    assert ask(marketer, germans, FRENCH, segment=segment).status_code == 400


@pytest.mark.parametrize("rule", [None, "", [], {"version": 1}, {"version": 1, "root": {"type": "x\0"}}])
def test_a_rule_that_cannot_be_understood_is_refused_in_words(
    marketer: Client, germans: Segment, rule: Any
) -> None:
    answer = ask(marketer, germans, rule)

    assert answer.status_code == 400
    assert answer.json()["problems"][0]["message"]


def test_a_segment_of_another_site_is_not_compared_with(marketer: Client, germans: Segment) -> None:
    other = factories.make_site()

    assert ask(marketer, germans, FRENCH, site=other.pk).status_code == 400


def test_whoever_only_looks_is_refused(germans: Segment) -> None:
    assert ask(sign_in("analyst"), germans, FRENCH).status_code == 403
