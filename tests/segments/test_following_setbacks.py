"""What goes wrong for one segment, or in one round, costs nobody anything: the others go on, and nothing is lost."""

from unittest.mock import Mock

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError

from segments.building import build_members, build_waiting
from segments.definitions import compile_members
from segments.following import Followed, follow_site
from segments.models import Segment
from segments.refusals import NOT_APPLICABLE
from segments.rules import Rule
from segments.rules.compiler import CompileContext
from segments.rules.sql import Fragment
from segments.versions import keep_definition
from subscribers.changes import name_attribute, note_for_everyone
from subscribers.models import Attribute, Site, SubscriberChange
from tests.factories import (
    EVERYONE,
    NOW,
    change_subscriber,
    make_attribute,
    make_event,
    make_segment,
    make_subscriber,
)
from tests.segments.live import (
    BUYERS,
    GERMANS,
    GOLD,
    LATER,
    SECOND,
    changes,
    is_in,
    make_built,
    members,
    rule_of,
)
from tests.subscribers.noting import forget_noted

RICH = rule_of({"type": "attribute", "key": "ltv", "operator": "greater_than", "value": 500})


def set_type(attribute: Attribute, type_: str) -> None:
    """As the admin and the API do."""
    attribute.type = type_
    attribute.save()
    note_for_everyone(attribute.site_id, [name_attribute(attribute.key)], now=NOW)


# --- A rule that cannot be applied any more ------------------------------------------


def test_a_segment_whose_attribute_has_another_type_is_set_aside_and_the_others_go_on(site: Site) -> None:
    person = make_subscriber(site, attributes={"ltv": 600})
    ltv = make_attribute(site, "ltv", "number")
    rich, buyers = make_built(site, RICH), make_built(site, BUYERS)

    set_type(ltv, "text")
    make_event(person, "purchase")
    follow_site(site, now=LATER)
    build_waiting(now=LATER)

    assert members(rich) == members(buyers) == {person.pk}, "its members stay"
    assert (rich.status, buyers.status) == ("failed", "ready")
    assert "“ltv” holds text" in rich.failure


def test_it_is_built_again_once_the_type_is_back_with_all_that_changed_meanwhile(site: Site) -> None:
    person, other = (make_subscriber(site, attributes={"ltv": 600}) for _ in range(2))
    ltv = make_attribute(site, "ltv", "number")
    rich = make_built(site, RICH)
    set_type(ltv, "text")
    follow_site(site, now=LATER)
    build_waiting(now=LATER)
    change_subscriber(person, attributes={"ltv": 100})
    follow_site(site, now=LATER)

    set_type(ltv, "number")
    follow_site(site, now=LATER + SECOND)
    build_waiting(now=LATER + SECOND)

    assert members(rich) == {other.pk}
    assert (rich.status, rich.failure) == ("ready", "")
    assert changes(rich)[-1][1:3] == ("left", "build")


def test_what_is_built_on_one_that_was_set_aside_goes_on_with_its_last_members(site: Site) -> None:
    person = make_subscriber(site)
    inner = make_built(site, EVERYONE)
    both = [is_in(inner)["root"], BUYERS["root"]]
    outer = make_built(site, rule_of({"type": "group", "match": "all", "conditions": both}))
    Segment.objects.filter(pk=inner.pk).update(status="failed", failure="It was broken.")
    make_event(person, "purchase")

    follow_site(site, now=LATER)

    assert members(outer) == {person.pk}


def test_a_rule_that_the_database_refuses_while_it_is_followed_is_set_aside_in_plain_words(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, works = make_built(site, BUYERS), make_built(site, GERMANS)
    person = make_subscriber(site, country="DE")
    make_event(person, "purchase")

    def compile_or_fail(site: Site, rule: Rule, context: CompileContext) -> Fragment:
        if "purchase" in repr(rule):
            return Fragment("SELECT 'sale'::text::bigint AS id")
        return compile_members(site, rule, context)

    monkeypatch.setattr("segments.following.compile_members", compile_or_fail)
    follow_site(site, now=LATER)

    assert (members(poisoned), members(works)) == (set(), {person.pk})
    assert (poisoned.status, poisoned.failure) == ("failed", NOT_APPLICABLE)
    assert poisoned.refreshed_at == NOW, "what it was right for before"
    assert "invalid input syntax" in caplog.text


# --- Edits ---------------------------------------------------------------------------


def test_an_edited_segment_follows_its_old_rule_until_it_is_built_and_swaps_at_once(site: Site) -> None:
    german = make_subscriber(site, country="DE")
    buyer = make_subscriber(site)
    segment = make_built(site, BUYERS)
    forget_noted()
    segment.rule = GERMANS
    segment.save()
    keep_definition(segment, by=AnonymousUser(), now=NOW)

    make_event(buyer, "purchase")
    follow_site(site, now=LATER)
    assert members(segment) == {buyer.pk}
    assert segment.status == "building"

    build_waiting(now=LATER + SECOND)
    assert members(segment) == {german.pk}
    assert segment.status == "ready"
    assert set(changes(segment)[-2:]) == {
        (buyer.pk, "left", "edit", LATER + SECOND),
        (german.pk, "entered", "edit", LATER + SECOND),
    }

    make_event(german, "purchase")
    change_subscriber(german, country="FR")
    follow_site(site, now=LATER + 2 * SECOND)
    assert members(segment) == set(), "from now on the new rule counts, and only that"


def test_an_edit_that_cannot_be_applied_leaves_the_members_and_the_rule_they_follow(site: Site) -> None:
    make_attribute(site, "ltv", "text")
    person = make_subscriber(site, country="DE")
    segment = make_built(site, GERMANS)
    followed = segment.live_version
    Segment.objects.filter(pk=segment.pk).update(rule=RICH, status="building")

    build_waiting(now=LATER)

    assert members(segment) == {person.pk}
    assert (segment.status, segment.live_version) == ("failed", followed)


def test_one_never_built_is_left_to_its_build(site: Site) -> None:
    segment = make_segment(site, BUYERS)
    person = make_subscriber(site)
    make_event(person, "purchase")

    follow_site(site, now=LATER)
    assert members(segment) == set()

    build_members(segment, as_of=LATER)
    assert members(segment) == {person.pk}


def test_changes_of_too_many_people_make_a_segment_be_built_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments.following.MOST_ASKED", 1)
    segment, other = make_built(site, BUYERS), make_built(site, GOLD)
    people = {make_subscriber(site).pk for _ in range(2)}
    forget_noted()
    for pk in people:
        make_event(site.subscribers.get(pk=pk), "purchase")

    follow_site(site, now=LATER)
    assert members(segment) == set()
    other.refresh_from_db()
    assert (segment.status, other.status) == ("building", "ready")

    build_waiting(now=LATER + SECOND)
    assert members(segment) == people
    assert segment.status == "ready"


# --- A round that is broken off ------------------------------------------------------------


def test_a_round_that_is_broken_off_leaves_all_as_it_was_for_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = make_built(site, BUYERS)
    make_event(make_subscriber(site), "purchase")
    waiting = SubscriberChange.objects.count()

    with monkeypatch.context() as patch:
        patch.setattr("segments.following.note_days", Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            follow_site(site, now=LATER)

    assert members(segment) == set()
    assert SubscriberChange.objects.count() == waiting

    follow_site(site, now=LATER)
    assert len(members(segment)) == 1


def test_a_deadlock_puts_a_round_off(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    segment = make_built(site, BUYERS)
    make_event(make_subscriber(site), "purchase")

    with monkeypatch.context() as patch:
        patch.setattr("segments.following.move_people", Mock(side_effect=OperationalError("deadlock")))
        assert follow_site(site, now=LATER) == Followed()
        assert f"Site {site.pk} is followed later" in caplog.text
        with pytest.raises(OperationalError):
            follow_site(site, now=LATER, thoroughly=True)

    segment.refresh_from_db()
    assert segment.status == "ready", "a passing fault is not the rule's"
    follow_site(site, now=LATER)
    assert len(members(segment)) == 1
