"""Editing a live segment in the admin: what a change would do is shown before it is saved, and nobody's is lost."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.html import escape

from campaigns.models import Campaign
from segments.models import Segment, SegmentVersion
from segments.preview import PreviewBusy, PreviewTooSlow
from segments.versions import keep_definition
from subscribers.models import Site
from tests import factories
from tests.segments.editing.conftest import filled_in, page_of, read, sign_in
from tests.segments.live import GERMANS, is_in, lives_in, rule_of

FRENCH = lives_in("FR")
AUSTRIANS = lives_in("AT")


# --- The page between -----------------------------------------------------------


def test_saving_another_rule_first_shows_what_it_would_do_and_saves_nothing(
    marketer: Client, germans: Segment
) -> None:
    page = read(marketer.post(page_of(germans), filled_in(germans, FRENCH)))

    assert "Subscribers whose country equals Germany." in page
    assert "Subscribers whose country equals France." in page
    assert "+1 join, −2 leave, 0 stay" in page
    germans.refresh_from_db()
    assert germans.rule == GERMANS
    assert germans.versions.count() == 1


def test_confirming_saves_the_rule_as_a_new_version_and_has_the_members_worked_out(
    marketer: Client, germans: Segment
) -> None:
    question = marketer.post(page_of(germans), filled_in(germans, FRENCH, name="French"))
    hidden = dict(question.context["question"].hidden)

    answer = marketer.post(page_of(germans), {**hidden, "_confirmed": "1"})

    assert answer["Location"] == page_of(germans)  # `_continue` was among what waited
    germans.refresh_from_db()
    assert (germans.name, germans.rule, germans.status) == ("French", FRENCH, "building")
    assert germans.versions.count() == 2


def test_going_back_shows_the_form_as_it_was_left_and_saves_nothing(
    marketer: Client, germans: Segment
) -> None:
    response = marketer.post(page_of(germans), filled_in(germans, FRENCH, name="French", _go_back="1"))

    form = response.context["adminform"].form
    assert form["name"].value() == "French"
    assert json.loads(form["rule"].value()) == FRENCH
    assert not form.errors
    germans.refresh_from_db()
    assert (germans.name, germans.rule) == ("Germans", GERMANS)


def test_a_new_name_alone_is_saved_at_once_and_builds_nothing(marketer: Client, germans: Segment) -> None:
    response = marketer.post(page_of(germans), filled_in(germans, GERMANS, name="Allemands"))

    assert response.status_code == 302
    germans.refresh_from_db()
    assert (germans.name, germans.status, germans.versions.count()) == ("Allemands", "ready", 1)


def test_the_group_that_the_builder_puts_around_a_rule_is_no_change(
    marketer: Client, germans: Segment
) -> None:
    wrapped = rule_of({"type": "group", "match": "all", "conditions": [GERMANS["root"]]})

    response = marketer.post(page_of(germans), filled_in(germans, wrapped, name="Allemands"))

    assert response.status_code == 302
    germans.refresh_from_db()
    assert (germans.name, germans.rule, germans.status) == ("Allemands", GERMANS, "ready")


def test_whoever_may_see_subscribers_sees_some_of_those_who_move(marketer: Client, germans: Segment) -> None:
    page = read(marketer.post(page_of(germans), filled_in(germans, FRENCH)))

    assert "Some of those who join FR-2 FR" in page
    assert "Some of those who leave" in page
    assert "Some of those who stay" not in page


def test_whoever_may_not_see_subscribers_sees_the_figures_alone(germans: Segment) -> None:
    user = factories.make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_segment", "change_segment"]))
    client = Client()
    client.force_login(user)

    page = read(client.post(page_of(germans), filled_in(germans, FRENCH)))

    assert "+1 join, −2 leave, 0 stay" in page
    assert "FR-2" not in page


def test_campaigns_under_way_come_first_then_others_then_segments_built_on_it(
    marketer: Client, site: Site, germans: Segment
) -> None:
    outer = factories.make_segment(site, is_in(germans), name="Active Germans")
    factories.make_campaign(site, name="A draft").include_segments.add(germans)
    running = factories.make_campaign(site, name="Spring sale", status=Campaign.Status.RUNNING)
    running.exclude_segments.add(outer)

    page = read(marketer.post(page_of(germans), filled_in(germans, FRENCH)))

    uses = page[page.index("What this reaches") :]
    names = [
        "Spring sale",
        "leaves out “Active Germans”, which is built on it",
        "A draft",
        "Segment Active Germans",
    ]
    places = [uses.index(name) for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize("refusal", [PreviewTooSlow(), PreviewBusy()])
def test_a_count_that_is_stopped_does_not_keep_anybody_from_saving(
    marketer: Client, germans: Segment, refusal: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **named: Any) -> None:
        raise refusal

    monkeypatch.setattr("segments.editing.review.compare_rule", refuse)

    page = read(marketer.post(page_of(germans), filled_in(germans, FRENCH)))

    assert str(refusal) in page
    assert "Save and apply" in page
    assert ("Count again" in page) == isinstance(refusal, PreviewBusy)


def test_an_estimate_is_shown_with_its_margin(marketer: Client, germans: Segment, slow: None) -> None:
    page = read(marketer.post(page_of(germans), filled_in(germans, FRENCH)))

    assert "Estimated from a sample of people" in page
    assert "(each ± " in page


def test_a_rule_that_goes_round_in_a_circle_is_refused_by_names(
    marketer: Client, site: Site, germans: Segment
) -> None:
    outer = factories.make_segment(site, is_in(germans), name="Active Germans")

    response = marketer.post(page_of(germans), filled_in(germans, is_in(outer)))

    circle = "This would go round in a circle: “Germans” → “Active Germans” → “Germans”."
    assert circle in response.context["adminform"].form.errors["rule"]


@pytest.mark.parametrize("role", ["analyst", "operator"])
def test_who_may_not_change_segments_is_asked_nothing(germans: Segment, role: str) -> None:
    assert sign_in(role).post(page_of(germans), filled_in(germans, FRENCH)).status_code == 403


# --- Two people at once ---------------------------------------------------------


@pytest.fixture
def seen(marketer: Client, germans: Segment) -> str:
    """What the page carries whoever opened it before anybody else changed anything."""
    return find_seen(marketer.get(page_of(germans)))


@pytest.fixture
def changed_meanwhile(seen: str, germans: Segment) -> Segment:
    """After the form was opened, anna made the rule another one."""
    anna = factories.make_user("marketer", username="anna")
    germans.rule = AUSTRIANS
    germans.save()
    keep_definition(germans, by=anna, now=factories.NOW)
    return germans


def find_seen(response: Any) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', response.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("button", [{}, {"_confirmed": "1"}])
def test_whoever_saves_second_sees_who_changed_the_rule_and_to_what_and_keeps_their_own(
    marketer: Client, changed_meanwhile: Segment, seen: str, button: dict[str, str]
) -> None:
    response = marketer.post(
        page_of(changed_meanwhile), filled_in(changed_meanwhile, FRENCH, seen=seen, **button)
    )

    page = read(response)
    assert "Who belongs to it, changed by anna on 21 Nov 2026, 13:00" in page
    sentences = "Subscribers whose country equals Germany. → Subscribers whose country equals Austria."
    assert sentences in page
    assert json.loads(response.context["adminform"].form["rule"].value()) == FRENCH
    changed_meanwhile.refresh_from_db()
    assert changed_meanwhile.rule == AUSTRIANS


def test_saving_once_more_leads_on_to_what_replacing_that_rule_would_do_and_does_it(
    marketer: Client, changed_meanwhile: Segment, seen: str
) -> None:
    address = page_of(changed_meanwhile)
    told = marketer.post(address, filled_in(changed_meanwhile, FRENCH, seen=seen))
    again = filled_in(changed_meanwhile, FRENCH, seen=find_seen(told))

    question = marketer.post(address, again)

    page = read(question)
    assert "Subscribers whose country equals Austria." in page
    assert "Save and apply" in page
    hidden = dict(question.context["question"].hidden)
    assert marketer.post(address, {**hidden, "_confirmed": "1"}).status_code == 302
    changed_meanwhile.refresh_from_db()
    assert changed_meanwhile.rule == FRENCH


def test_whoever_changes_only_the_name_is_told_and_does_not_undo_the_rule_of_somebody_else(
    marketer: Client, changed_meanwhile: Segment, seen: str
) -> None:
    address = page_of(changed_meanwhile)
    told = marketer.post(address, filled_in(changed_meanwhile, GERMANS, seen=seen, name="People"))
    form = told.context["adminform"].form
    assert json.loads(form["rule"].value()) == AUSTRIANS

    again = filled_in(changed_meanwhile, AUSTRIANS, seen=find_seen(told), name="People")
    assert marketer.post(address, again).status_code == 302
    changed_meanwhile.refresh_from_db()
    assert (changed_meanwhile.name, changed_meanwhile.rule) == ("People", AUSTRIANS)
    assert SegmentVersion.objects.filter(segment=changed_meanwhile).count() == 2


def test_a_name_or_description_is_not_undone_by_whoever_did_not_see_it(
    marketer: Client, germans: Segment, seen: str
) -> None:
    Segment.objects.filter(pk=germans.pk).update(name="Deutsche", description="For the spring sale")
    told = marketer.post(page_of(germans), filled_in(germans, GERMANS, seen=seen, description="Mine"))
    page = read(told)
    assert "Name Germans → Deutsche" in page
    assert "Description nothing → For the spring sale Below it is still as you left it" in page
    form = told.context["adminform"].form
    assert (form["name"].value(), form["description"].value()) == ("Deutsche", "Mine")
    germans.refresh_from_db()
    assert (germans.name, germans.description) == ("Deutsche", "For the spring sale")


def test_a_change_while_the_question_is_open_is_shown_before_it_is_overwritten(
    marketer: Client, germans: Segment, seen: str
) -> None:
    question = marketer.post(page_of(germans), filled_in(germans, FRENCH, seen=seen))
    Segment.objects.filter(pk=germans.pk).update(name="Deutsche")
    hidden = dict(question.context["question"].hidden)
    assert "Name Germans → Deutsche" in read(marketer.post(page_of(germans), {**hidden, "_confirmed": "1"}))
    germans.refresh_from_db()
    assert (germans.name, germans.rule) == ("Deutsche", GERMANS)


def test_the_same_change_twice_is_none(marketer: Client, germans: Segment, seen: str) -> None:
    """As by a second click on Save."""
    form = filled_in(germans, FRENCH, seen=seen, name="French", _confirmed="1")
    assert [marketer.post(page_of(germans), form).status_code for _ in range(2)] == [302, 302]
    assert germans.versions.count() == 2


@pytest.mark.parametrize("forged", ["x", "-1", "\x00", "", "eyJydWxlIjogMX0:1:abc"])
def test_what_no_page_of_ours_carried_saves_nothing_unseen(
    marketer: Client, germans: Segment, forged: str
) -> None:
    response = marketer.post(page_of(germans), filled_in(germans, FRENCH, seen=forged, _confirmed="1"))

    assert response.status_code == 200
    germans.refresh_from_db()
    assert germans.rule == GERMANS


def test_a_list_is_kept_from_being_renamed_unseen_as_well(marketer: Client, site: Site) -> None:
    regulars = factories.make_list(site, name="Regulars")
    opened = find_seen(marketer.get(page_of(regulars)))
    Segment.objects.filter(pk=regulars.pk).update(name="Guests")
    form = {"site": site.pk, "name": "Regulars", "description": "They come often", "seen": opened}
    assert "Name Regulars → Guests" in read(marketer.post(page_of(regulars), form))
    regulars.refresh_from_db()
    assert (regulars.name, regulars.description) == ("Guests", "")


def test_a_lapsed_log_in_keeps_the_rule_that_was_being_built(germans: Segment, seen: str) -> None:
    form = filled_in(germans, FRENCH, seen=seen, name="French")
    page = Client().post(page_of(germans), form, headers={"accept": "text/html"}).content.decode()
    assert "You were logged out" in page
    assert f'name="rule" value="{escape(json.dumps(FRENCH))}"' in page
    assert f'name="seen" value="{seen}"' in page
    assert '<p style="white-space: pre-wrap">{' not in page  # what is to be copied is for people to read
