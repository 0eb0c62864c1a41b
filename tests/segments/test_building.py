"""Building: the members of a segment worked out from its whole rule, beside the old ones and swapped at once."""

import datetime as dt
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection

from segments.building import build_members, build_waiting
from segments.membership import Moves
from segments.models import Membership, MembershipChange, Segment, SegmentDay
from segments.refusals import NOT_APPLICABLE, TOO_COMPLEX
from segments.rules.sql import Fragment
from segments.rules.topics import name_segment
from segments.tasks import build_segments
from subscribers.models import Site, Subscriber, SubscriberChange
from tests.factories import (
    EVERYONE,
    NOW,
    make_attribute,
    make_event,
    make_list,
    make_segment,
    make_site,
    make_subscriber,
)
from tests.segments.live import CART_TODAY, GOLD, LATER, changes, is_in, make_built, members, negate


def build(segment: Segment, as_of: dt.datetime = NOW) -> Moves:
    moves = build_members(segment, as_of=as_of)
    assert moves is not None
    return moves


def test_a_build_makes_members_of_those_for_whom_the_rule_holds(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    make_subscriber(site, attributes={"tier": "silver"})
    segment = make_segment(site, GOLD)

    assert build(segment) == Moves(entered=(gold.pk,))

    assert members(segment) == {gold.pk}
    assert (segment.status, segment.refreshed_at, segment.asked_at) == ("ready", NOW, NOW)


def test_entering_is_logged_with_its_cause_and_time(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})

    segment = make_built(site, GOLD)

    assert changes(segment) == [(gold.pk, "entered", "build", NOW)]
    assert Membership.objects.get(segment=segment).entered_at == NOW


def test_leaving_is_logged_with_its_cause_and_time(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    segment = make_built(site, GOLD)
    Subscriber.objects.update(attributes={})

    assert build(segment, LATER) == Moves(left=(gold.pk,))

    assert members(segment) == set()
    assert changes(segment)[1:] == [(gold.pk, "left", "build", LATER)]


def test_a_build_is_right_for_its_instant_to_the_microsecond(site: Site) -> None:
    make_event(make_subscriber(site), "add_to_cart", NOW - dt.timedelta(hours=23))
    segment = make_segment(site, CART_TODAY)

    assert len(build(segment, NOW).entered) == 1
    assert build(segment, LATER - dt.timedelta(microseconds=1)) == Moves()
    assert len(build(segment, LATER).left) == 1


def test_a_second_build_changes_nothing(site: Site) -> None:
    make_subscriber(site, attributes={"tier": "gold"})
    segment = make_built(site, GOLD)
    before = (changes(segment), list(Membership.objects.values()))

    assert build(segment, LATER) == Moves()

    assert (changes(segment), list(Membership.objects.values())) == before
    segment.refresh_from_db()
    assert segment.refreshed_at == LATER


def test_a_build_for_an_earlier_instant_never_takes_the_watermark_back(site: Site) -> None:
    make_event(make_subscriber(site), "add_to_cart", LATER - dt.timedelta(hours=24))
    segment = make_built(site, CART_TODAY, as_of=LATER)
    assert members(segment) == set()

    assert build(segment, NOW) == Moves(), "who has left by the later instant does not come back"

    segment.refresh_from_db()
    assert segment.refreshed_at is not None
    assert segment.refreshed_at > LATER


def test_leaving_at_the_very_instant_of_entering_is_logged_a_moment_later_lest_one_of_the_two_is_lost(
    site: Site,
) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    segment = make_built(site, GOLD)
    Subscriber.objects.update(attributes={})

    build(segment, NOW)

    a_moment_later = NOW + dt.timedelta(microseconds=1)
    assert changes(segment) == [
        (gold.pk, "entered", "build", NOW),
        (gold.pk, "left", "build", a_moment_later),
    ]


def test_merged_shells_and_people_of_other_sites_are_never_members(site: Site) -> None:
    person = make_subscriber(site)
    make_subscriber(site, merged_into=person)
    make_subscriber(make_site())

    assert members(make_built(site, EVERYONE)) == {person.pk}


def test_a_build_counts_the_day_and_what_it_took(site: Site) -> None:
    make_subscriber(site)
    segment = make_built(site, EVERYONE)

    day = SegmentDay.objects.get(segment=segment)

    assert (day.day, day.entered, day.left) == (dt.date(2026, 11, 21), 1, 0)
    assert segment.build_ms is not None


def test_those_built_on_a_segment_are_told_who_moved(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})

    segment = make_built(site, GOLD)

    note = SubscriberChange.objects.get(topic=name_segment(segment.pk))
    assert (note.subscriber_ids, note.changed_at) == ([gold.pk], NOW)


def test_of_too_many_to_list_those_built_on_a_segment_are_told_that_it_concerns_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments.building.MOST_LISTED", 1)
    make_subscriber(site)
    make_subscriber(site)

    segment = make_built(site, EVERYONE)

    assert SubscriberChange.objects.get(topic=name_segment(segment.pk)).subscriber_ids is None


# --- Rules that cannot be applied -------------------------------------------------


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
    segment = make_built(site, EVERYONE)
    Segment.objects.update(rule=rule)

    assert build(segment, LATER) == Moves()

    assert len(members(segment)) == 1, "its members stay"
    assert segment.status == "failed"
    assert reason in segment.failure
    assert segment.refreshed_at == NOW, "and so does the instant they are right for"


def test_a_rule_that_the_database_refuses_is_set_aside_in_plain_words(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    not_a_number = Fragment("SELECT 'sale'::text::bigint AS id")
    monkeypatch.setattr("segments.building.select_ids", lambda *_, **__: not_a_number)

    segment = make_built(site)

    assert (segment.status, segment.failure) == ("failed", NOT_APPLICABLE)
    assert "invalid input syntax" in caplog.text, "the log has what the database said"


def test_a_rule_that_the_database_finds_too_complex_is_set_aside_and_not_tried_for_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = Fragment("SELECT id FROM subscribers_subscriber WHERE " + "NOT (" * 3000 + "TRUE" + ")" * 3000)
    monkeypatch.setattr("segments.building.select_ids", lambda *_, **__: nested)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_stack_depth = '100kB'")

    segment = make_built(site)

    assert (segment.status, segment.failure) == ("failed", TOO_COMPLEX)
    assert build_waiting(now=LATER) == 0


def test_a_passing_fault_of_the_database_is_not_the_rule_s(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = make_built(site)
    monkeypatch.setattr("segments.building.apply_members", Mock(side_effect=OperationalError("deadlock")))

    with pytest.raises(OperationalError):
        build_members(segment, as_of=LATER)

    segment.refresh_from_db()
    assert (segment.status, segment.failure, segment.refreshed_at) == ("ready", "", NOW)


def test_a_segment_that_was_set_aside_comes_back_when_its_rule_works_again(site: Site) -> None:
    segment = make_built(site, EVERYONE, status="failed", failure="It was broken.")

    assert (segment.status, segment.failure) == ("ready", "")


# --- Edited rules ----------------------------------------------------------------


def test_an_edited_rule_moves_people_both_ways_in_one_build(site: Site) -> None:
    gold = make_subscriber(site, attributes={"tier": "gold"})
    silver = make_subscriber(site, attributes={"tier": "silver"})
    segment = make_built(site, GOLD)
    Segment.objects.update(rule=negate(GOLD))

    assert build(segment, LATER) == Moves(entered=(silver.pk,), left=(gold.pk,))

    assert members(segment) == {silver.pk}
    assert set(changes(segment)[1:]) == {
        (gold.pk, "left", "edit", LATER),
        (silver.pk, "entered", "edit", LATER),
    }


def test_a_rule_built_anew_without_an_edit_is_logged_as_a_build(site: Site) -> None:
    segment = make_built(site, EVERYONE)
    make_subscriber(site)

    build(segment, LATER)

    assert [cause for _, _, cause, _ in changes(segment)] == ["build"]


# --- All that wait ---------------------------------------------------------------


def test_a_broken_segment_does_not_keep_the_others_from_being_built(site: Site) -> None:
    make_subscriber(site)
    Segment.objects.create(site=site, name="Broken", rule={})
    works = make_segment(site, EVERYONE)

    assert build_waiting(now=NOW) == 2

    assert len(members(works)) == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_raises_is_left_for_the_next_time_and_keeps_no_other_from_its_turn(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site()
    hit, works = make_segment(site), make_segment(site)
    make_subscriber(site)

    def build_or_raise(segment: Segment, **values: Any) -> Moves | None:
        if segment == hit:
            raise OperationalError("the connection was lost")
        return build_members(segment, **values)

    monkeypatch.setattr("segments.building.build_members", build_or_raise)

    assert build_waiting(now=NOW) == 1

    assert (len(members(hit)), len(members(works))) == (0, 1)
    assert (hit.status, works.status) == ("building", "ready")
    assert f"Segment {hit.pk} was not built" in caplog.text


def test_nested_segments_are_built_after_those_they_are_built_on(site: Site) -> None:
    person = make_subscriber(site, attributes={"tier": "gold"})
    # Made in the wrong order on purpose: the first is built on the last.
    top, middle, bottom = make_segment(site), make_segment(site), make_segment(site, GOLD)
    Segment.objects.filter(pk=middle.pk).update(rule=is_in(bottom))
    Segment.objects.filter(pk=top.pk).update(rule=is_in(middle))

    build_waiting(now=NOW)

    assert members(top) == members(middle) == {person.pk}


def test_a_circle_that_slipped_in_is_set_aside_and_does_not_stop_the_rest(site: Site) -> None:
    make_subscriber(site)
    one, other, works = make_segment(site), make_segment(site), make_segment(site)
    Segment.objects.filter(pk=one.pk).update(rule=is_in(other))
    Segment.objects.filter(pk=other.pk).update(rule=is_in(one))

    build_waiting(now=NOW)

    one.refresh_from_db()
    assert (one.status, len(members(works))) == ("failed", 1)
    assert "a circle" in one.failure


def test_only_those_asked_for_are_built(site: Site) -> None:
    make_subscriber(site)
    wanted, other = make_segment(site), make_segment(site)

    assert build_waiting(now=NOW, only=[wanted.pk]) == 1

    assert (len(members(wanted)), len(members(other))) == (1, 0)


def test_those_that_are_ready_and_lists_do_not_wait(site: Site) -> None:
    make_built(site, EVERYONE)
    make_list(site)

    assert build_waiting(now=LATER) == 0


def test_a_list_has_no_rule_to_build_from(site: Site) -> None:
    listed = make_list(site)
    make_subscriber(site)

    assert build_members(listed, as_of=NOW) == Moves()
    assert members(listed) == set()


def test_a_segment_deleted_meanwhile_is_no_error(site: Site) -> None:
    segment = make_segment(site)
    Segment.objects.all().delete()

    assert build_members(segment, as_of=NOW) == Moves()
    assert not MembershipChange.objects.exists()


def test_the_task_builds_all_that_wait(site: Site) -> None:
    make_subscriber(site)
    one, other = make_segment(site), make_segment(site)

    build_segments()

    assert (len(members(one)), len(members(other))) == (1, 1)
