"""Membership: the rows that say who is in a segment follow its rule, and every change is logged."""

import datetime as dt
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection

from segments.membership import (
    MembershipCounts,
    count_members,
    order_segments,
    refresh_all,
)
from segments.models import Membership, MembershipChange, Segment
from segments.refusals import NOT_APPLICABLE, TOO_COMPLEX
from segments.rules.sql import Fragment
from segments.tasks import build_segment, refresh_segments
from subscribers.models import Site, Subscriber
from tests.factories import (
    EVERYONE,
    NOW,
    make_attribute,
    make_event,
    make_segment,
    make_site,
    make_subscriber,
)

JSON = dict[str, Any]
LATER = NOW + dt.timedelta(hours=1)
GOLD: JSON = {
    "version": 1,
    "root": {"type": "attribute", "key": "tier", "operator": "equals", "value": "gold"},
}
CART_TODAY: JSON = {
    "version": 1,
    "root": {"type": "event", "event": "add_to_cart", "within": {"last": {"hours": 24}}},
}


def in_segment(segment: Segment, *, member: bool = True) -> JSON:
    return {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": member}}


def refresh(segment: Segment, as_of: dt.datetime = NOW, cause: str = "refresh") -> MembershipCounts:
    counts = build_members(segment, as_of=as_of)
    segment.refresh_from_db()
    return counts


def members(segment: Segment) -> set[int]:
    return set(Membership.objects.filter(segment=segment).values_list("subscriber_id", flat=True))


def changes(segment: Segment) -> list[tuple[int, str, str, dt.datetime]]:
    rows = MembershipChange.objects.filter(segment=segment).order_by("changed_at", "subscriber_id")
    return list(rows.values_list("subscriber_id", "kind", "cause", "changed_at"))


def test_a_build_makes_members_of_those_for_whom_the_rule_holds(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    make_subscriber(site, attributes={"tier": "silver"})
    segment = make_segment(site, GOLD)

    counts = refresh(segment, cause="build")

    assert counts == MembershipCounts(entered=1, left=0)
    assert members(segment) == {gold.pk}
    assert (segment.status, segment.refreshed_at) == ("ready", NOW)


def test_entering_is_logged_with_its_cause_and_time(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    segment = make_segment(site, GOLD)

    refresh(segment, cause="build")

    assert changes(segment) == [(gold.pk, "entered", "build", NOW)]
    assert Membership.objects.get(segment=segment).entered_at == NOW


def test_leaving_is_logged_with_its_cause_and_time(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    segment = make_segment(site, GOLD)
    refresh(segment, cause="build")
    Subscriber.objects.update(attributes={})

    counts = refresh(segment, LATER)

    assert counts == MembershipCounts(entered=0, left=1)
    assert members(segment) == set()
    assert changes(segment)[1:] == [(gold.pk, "left", "refresh", LATER)]


def test_time_alone_makes_people_leave_at_the_window_s_end(site: Site) -> None:
    shopper = make_subscriber(site)
    make_event(shopper, "add_to_cart", NOW - dt.timedelta(hours=23))
    segment = make_segment(site, CART_TODAY)

    assert refresh(segment, NOW).entered == 1
    assert refresh(segment, LATER - dt.timedelta(microseconds=1)).left == 0
    assert refresh(segment, LATER).left == 1


def test_a_second_refresh_changes_nothing(site: Site) -> None:
    make_subscriber(site, attributes={"tier": "gold"})
    segment = make_segment(site, GOLD)
    refresh(segment)
    before = (changes(segment), list(Membership.objects.values()))

    counts = refresh(segment, LATER)

    assert counts == MembershipCounts(0, 0)
    assert (changes(segment), list(Membership.objects.values())) == before
    assert segment.refreshed_at == LATER


def test_an_edited_rule_moves_people_both_ways_in_one_build(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    silver = make_subscriber(site, attributes={"tier": "silver"})
    segment = make_segment(site, GOLD)
    refresh(segment)
    Segment.objects.update(
        rule={"version": 1, "root": {"type": "group", "match": "none", "conditions": [GOLD["root"]]}}
    )

    assert refresh(segment, LATER, "build") == MembershipCounts(entered=1, left=1)

    assert members(segment) == {silver.pk}
    assert {(who, kind) for who, kind, _, at in changes(segment) if at == LATER} == {
        (gold.pk, "left"),
        (silver.pk, "entered"),
    }


def test_coming_back_at_the_very_same_instant_is_logged_once_as_it_ended(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    segment = make_segment(site, GOLD)
    refresh(segment)
    Subscriber.objects.update(attributes={})

    refresh(segment, NOW)

    assert changes(segment) == [(gold.pk, "left", "refresh", NOW)]


def test_a_refresh_for_an_earlier_instant_never_undoes_a_later_one(site: Site) -> None:
    make_subscriber(site, attributes={"tier": "gold"})
    segment = make_segment(site, GOLD)
    refresh(segment, LATER)
    Subscriber.objects.update(attributes={})

    assert refresh(segment, NOW) == MembershipCounts(0, 0)

    assert (len(members(segment)), segment.refreshed_at) == (1, LATER)


def test_merged_shells_and_people_of_other_sites_are_never_members(site: Site) -> None:
    person = make_subscriber(site)
    make_subscriber(site, merged_into=person)
    make_subscriber(make_site())
    segment = make_segment(site, EVERYONE)

    refresh(segment)

    assert members(segment) == {person.pk}


def test_a_member_who_turns_out_to_be_somebody_else_leaves(site: Site) -> None:
    person, shell = make_subscriber(site), make_subscriber(site)
    segment = make_segment(site, EVERYONE)
    refresh(segment)
    Subscriber.objects.filter(pk=shell.pk).update(merged_into=person)

    refresh(segment, LATER)

    assert members(segment) == {person.pk}


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        pytest.param({"version": 2}, "This must be 1", id="unknown-version"),
        pytest.param("nonsense", "This must be an object", id="no-rule-at-all"),
        pytest.param(
            {"version": 1, "root": {"type": "segment", "segment": 2**62}}, "does not exist", id="segment-gone"
        ),
        pytest.param(
            {"version": 1, "root": {"type": "attribute", "key": "ltv", "operator": "equals", "value": "9"}},
            "“ltv” holds a number",
            id="attribute-of-another-type-now",
        ),
    ],
)
def test_a_broken_rule_sets_its_segment_aside_with_the_reason(site: Site, rule: Any, reason: str) -> None:
    make_attribute(site, "ltv", "number")
    make_subscriber(site)
    segment = make_segment(site, EVERYONE)
    refresh(segment)
    Segment.objects.update(rule=rule)

    refresh(segment, LATER)

    assert segment.status == "failed"
    assert reason in segment.failure
    assert len(members(segment)) == 1, "its members stay"
    assert segment.refreshed_at == NOW, "and so does the instant they are right for"


def test_a_rule_that_the_database_refuses_is_set_aside_in_plain_words(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    not_a_number = Fragment("SELECT 'sale'::text::bigint AS id")
    monkeypatch.setattr("segments.membership.select_ids", lambda *_, **__: not_a_number)
    segment = make_segment(site)

    refresh(segment)

    assert (segment.status, segment.failure) == ("failed", NOT_APPLICABLE)
    assert "invalid input syntax" in caplog.text, "the log has what the database said"


def test_a_rule_that_the_database_finds_too_complex_is_set_aside_and_not_tried_for_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = Fragment("SELECT id FROM subscribers_subscriber WHERE " + "NOT (" * 3000 + "TRUE" + ")" * 3000)
    monkeypatch.setattr("segments.membership.select_ids", lambda *_, **__: nested)
    segment = make_segment(site)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_stack_depth = '100kB'")

    refresh(segment)

    assert (segment.status, segment.failure) == ("failed", TOO_COMPLEX)


def test_a_passing_fault_of_the_database_is_not_the_rule_s(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = make_segment(site)
    refresh(segment)
    monkeypatch.setattr("segments.membership._apply_rule", Mock(side_effect=OperationalError("deadlock")))

    with pytest.raises(OperationalError):
        build_members(segment, as_of=LATER)

    segment.refresh_from_db()
    assert (segment.status, segment.failure, segment.refreshed_at) == ("ready", "", NOW)


def test_a_segment_that_was_set_aside_comes_back_when_its_rule_works_again(site: Site) -> None:
    segment = make_segment(site, EVERYONE, status="failed", failure="It was broken.")

    refresh(segment)

    assert (segment.status, segment.failure) == ("ready", "")


def test_a_broken_segment_does_not_keep_the_others_from_being_refreshed(site: Site) -> None:
    make_subscriber(site)
    Segment.objects.create(site=site, name="Broken", rule={})
    works = make_segment(site, EVERYONE)

    assert refresh_all(as_of=NOW) == 2

    assert len(members(works)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_member_deleted_during_a_refresh_keeps_no_other_segment_from_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site()
    hit, works = make_segment(site), make_segment(site)
    person = make_subscriber(site)

    def apply_rule(segment: Segment, as_of: dt.datetime, cause: str) -> MembershipCounts:
        subscriber_id = 2**40 if segment == hit else person.pk
        Membership.objects.create(segment=segment, subscriber_id=subscriber_id, entered_at=as_of)
        return MembershipCounts(1, 0)

    monkeypatch.setattr("segments.membership._apply_rule", apply_rule)

    assert refresh_all(as_of=NOW) == 1

    assert (members(hit), members(works)) == (set(), {person.pk})
    assert f"Segment {hit.pk} was not refreshed" in caplog.text


def test_a_segment_deleted_during_a_refresh_is_no_error(site: Site) -> None:
    segment = make_segment(site)
    Segment.objects.all().delete()

    assert build_members(segment, as_of=NOW) == MembershipCounts(0, 0)


def test_nested_segments_are_refreshed_after_those_they_are_built_on(site: Site) -> None:
    person = make_subscriber(site, attributes={"tier": "gold"})
    # Made in the wrong order on purpose: the first is built on the last.
    top, middle, bottom = make_segment(site), make_segment(site), make_segment(site, GOLD)
    Segment.objects.filter(pk=middle.pk).update(rule=in_segment(bottom))
    Segment.objects.filter(pk=top.pk).update(rule=in_segment(middle))

    refresh_all(as_of=NOW)

    assert members(top) == members(middle) == {person.pk}


def test_order_lists_a_segment_after_all_it_needs(site: Site) -> None:
    bottom = make_segment(site, GOLD)
    middle = make_segment(site, in_segment(bottom))
    top = make_segment(site, in_segment(middle))
    make_segment(site)

    assert order_segments(site, [top.pk]) == [bottom.pk, middle.pk, top.pk]


def test_a_circle_that_slipped_in_is_set_aside_and_does_not_stop_the_rest(site: Site) -> None:
    make_subscriber(site)
    one, other, works = make_segment(site), make_segment(site), make_segment(site)
    Segment.objects.filter(pk=one.pk).update(rule=in_segment(other))
    Segment.objects.filter(pk=other.pk).update(rule=in_segment(one))

    refresh_all(as_of=NOW)

    one.refresh_from_db()
    assert (one.status, len(members(works))) == ("failed", 1)
    assert "a circle" in one.failure


def test_counts_are_the_rows(site: Site) -> None:
    make_subscriber(site, attributes={"tier": "gold"})
    make_subscriber(site)
    everyone, gold = make_segment(site, EVERYONE), make_segment(site, GOLD)
    unbuilt = make_segment(site, EVERYONE)
    refresh(everyone)
    refresh(gold)

    assert count_members([everyone, gold, unbuilt]) == {everyone.pk: 2, gold.pk: 1, unbuilt.pk: 0}


def test_values_with_signs_of_placeholders_reach_the_database_as_they_are(site: Site) -> None:
    make_attribute(site, "tier")
    odd = make_subscriber(site, attributes={"tier": "100%s %(x)s {v} '\\"})
    rule = {
        "version": 1,
        "root": {"type": "attribute", "key": "tier", "operator": "equals", "value": "100%s %(x)s {v} '\\"},
    }
    segment = make_segment(site, rule)

    refresh(segment)

    assert members(segment) == {odd.pk}
    assert segment.status == "ready"


def test_the_tasks_build_one_and_refresh_all(site: Site) -> None:
    make_subscriber(site)
    one, other = make_segment(site), make_segment(site)

    build_segment(one.pk)
    assert count_members([one, other]) == {one.pk: 1, other.pk: 0}
    refresh_segments()
    assert count_members([one, other]) == {one.pk: 1, other.pk: 1}


def test_building_a_segment_that_was_deleted_meanwhile_is_no_error(db: None) -> None:
    build_segment(2**40)

    assert not Membership.objects.exists()
