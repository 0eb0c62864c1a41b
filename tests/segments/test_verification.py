"""The verifier finds out when stored members are not those that the rule gives."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from segments.building import build_members
from segments.models import Membership, Segment
from segments.verification import verify_segment
from subscribers.models import Site
from tests import factories
from tracking.models import Event, LogStart

BUYERS = {"version": 1, "root": {"type": "event", "event": "purchase", "within": {"last": {"days": 7}}}}


def build(segment: Segment, as_of: dt.datetime) -> Segment:
    build_members(segment, as_of=as_of)
    segment.refresh_from_db()
    return segment


@pytest.fixture
def buyers(site: Site, now: dt.datetime) -> Segment:
    for days in (1, 6, 8):
        factories.make_event(factories.make_subscriber(site), "purchase", now - dt.timedelta(days=days))
    return build(factories.make_segment(site, BUYERS), now)


def test_a_segment_that_is_right_agrees(buyers: Segment, now: dt.datetime) -> None:
    result = verify_segment(buyers, as_of=now)

    assert (result.checked, result.missing, result.extra) == (3, [], [])


def test_who_is_missing_and_who_is_too_many_is_named(buyers: Segment, now: dt.datetime) -> None:
    lost = Membership.objects.filter(segment=buyers).order_by("subscriber_id")[0].subscriber_id
    stranger = factories.make_subscriber(buyers.site)
    Membership.objects.filter(segment=buyers, subscriber_id=lost).delete()
    Membership.objects.create(segment=buyers, subscriber=stranger, entered_at=now)

    result = verify_segment(buyers, as_of=now)

    assert (result.missing, result.extra) == ([lost], [stranger.pk])


def test_segments_inside_a_rule_are_worked_out_anew_too(buyers: Segment, now: dt.datetime) -> None:
    others = {"version": 1, "root": {"type": "segment", "segment": buyers.pk, "member": False}}
    outer = build(factories.make_segment(buyers.site, others), now)
    Membership.objects.filter(segment=buyers).delete()

    assert verify_segment(outer, as_of=now).agrees


def test_until_an_edit_is_built_the_rule_that_members_follow_is_verified(
    buyers: Segment, now: dt.datetime
) -> None:
    others = {"version": 1, "root": {"type": "segment", "segment": buyers.pk, "member": True}}
    outer = build(factories.make_segment(buyers.site, others), now)
    Segment.objects.filter(pk=outer.pk).update(rule=factories.EVERYONE, status="building")

    assert verify_segment(outer, as_of=now).agrees


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ({"count": {"operator": "at_least", "value": 3}}, 2),
        ({"count": {"operator": "at_most", "value": 2}}, 1),
        ({"within": {"last": {"days": 300}}}, 2),
        ({"within": {"last": {"days": 300}}, "count": {"operator": "at_least", "value": 2}}, 1),
        ({"where": [{"property": "price", "operator": "at_least", "value": 2}]}, 1),
        ({"type": "event_recency", "occurrence": "last", "operator": "more_than_ago", "value": {"days": 99}}, 1),
        ({"type": "event_recency", "occurrence": "first", "operator": "more_than_ago", "value": {"days": 99}}, 2),
    ],
)  # fmt: skip
def test_a_segment_agrees_when_the_log_has_been_cut(
    site: Site, now: dt.datetime, rule: dict[str, Any], number: int, swept: bool
) -> None:
    """Three events long ago; one long ago and two now; one now."""
    for ages in [(150, 120, 100), (100, 2, 1), (1,)]:
        person = factories.make_subscriber(site)
        for days in ages:
            factories.make_event(person, "purchase", now - dt.timedelta(days=days), price=days)
    begins_at = now - dt.timedelta(days=30)
    LogStart.objects.create(begins_at=begins_at)
    if swept:
        Event.objects.filter(occurred_at__lt=begins_at).delete()
    root = {"type": "event", "event": "purchase", **rule}
    segment = build(factories.make_segment(site, {"version": 1, "root": root}), now)

    result = verify_segment(segment, as_of=now)

    assert (result.checked, result.missing, result.extra) == (3, [], [])
    assert Membership.objects.filter(segment=segment).count() == number


def test_the_command_says_that_all_is_well(buyers: Segment) -> None:
    said = io.StringIO()

    call_command("verify_segment", buyers.pk, stdout=said)

    assert "3 people checked, 0 missing, 0 too many" in said.getvalue()


def test_the_command_fails_where_something_is_wrong(buyers: Segment) -> None:
    Membership.objects.filter(segment=buyers).delete()

    with pytest.raises(CommandError, match="Missing"):
        call_command("verify_segment", buyers.pk, stdout=io.StringIO())


def test_the_command_knows_only_segments_that_exist(db: None) -> None:
    with pytest.raises(CommandError, match="no segment 404"):
        call_command("verify_segment", 404)


def test_a_segment_that_was_never_built_can_be_built_on_the_way(site: Site) -> None:
    segment = factories.make_segment(site)
    with pytest.raises(CommandError, match="not built yet"):
        call_command("verify_segment", segment.pk)

    call_command("verify_segment", segment.pk, "--refresh", stdout=io.StringIO())
