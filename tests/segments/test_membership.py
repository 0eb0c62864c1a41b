"""The one statement that changes members: rows, log and count move together."""

import datetime as dt

from segments.membership import Cause, Moves, apply_members, note_days
from segments.models import SegmentDay
from segments.rules.sql import Fragment
from subscribers.models import Site
from tests.factories import NOW, make_attribute, make_segment, make_subscriber
from tests.segments.live import LATER, changes, has_attribute, make_built, members

TODAY = dt.date(2026, 11, 21)


def give(*people: int) -> Fragment:
    return Fragment("SELECT unnest(%s::bigint[]) AS id", (list(people),))


def test_the_members_become_those_given(site: Site) -> None:
    stays, leaves, enters = (make_subscriber(site).pk for _ in range(3))
    segment = make_segment(site)
    apply_members(segment, give(stays, leaves), as_of=NOW, cause=Cause.BUILD)

    moves = apply_members(segment, give(stays, enters), as_of=LATER, cause=Cause.EDIT)

    assert moves == Moves(entered=(enters,), left=(leaves,))
    assert members(segment) == {stays, enters}
    assert set(changes(segment)[2:]) == {(leaves, "left", "edit", LATER), (enters, "entered", "edit", LATER)}


def test_values_with_signs_of_placeholders_reach_the_database_as_they_are(site: Site) -> None:
    make_attribute(site, "tier")
    odd = make_subscriber(site, attributes={"tier": "100%s %(x)s {v} '\\"})

    segment = make_built(site, has_attribute("tier", "100%s %(x)s {v} '\\"))

    assert members(segment) == {odd.pk}
    assert segment.status == "ready"


def test_the_figures_of_a_day_add_up(site: Site) -> None:
    segment = make_segment(site)

    note_days({segment.pk: Moves((1, 2), (3,), 5, dt.timedelta(milliseconds=2))}, TODAY)
    note_days({segment.pk: Moves((3,), (), 1, dt.timedelta(milliseconds=1))}, TODAY)

    figures = SegmentDay.objects.values_list("day", "entered", "left", "looked_at", "took_us")
    assert list(figures) == [(TODAY, 3, 1, 6, 3000)]


def test_days_of_several_segments_are_kept_apart(site: Site) -> None:
    one, other = make_segment(site), make_segment(site)

    note_days({one.pk: Moves(entered=(1,)), other.pk: Moves(left=(1,))}, TODAY)
    note_days({one.pk: Moves(entered=(2,))}, TODAY + dt.timedelta(days=1))

    assert [
        (day.segment_id, day.entered, day.left) for day in SegmentDay.objects.order_by("day", "segment")
    ] == [
        (one.pk, 1, 0),
        (other.pk, 0, 1),
        (one.pk, 1, 0),
    ]


def test_nothing_to_note_is_no_error(db: None) -> None:
    note_days({}, TODAY)

    assert not SegmentDay.objects.exists()
