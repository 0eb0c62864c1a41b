"""Whom another rule would add to a segment, and whom it would remove."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from segments.building import build_members
from segments.editing import compare_rule
from segments.models import Membership, Segment
from segments.preview import PreviewTooSlow
from segments.rules import RuleError
from subscribers.models import Site, Subscriber
from tests import factories
from tests.segments.preview.crowds import make_crowd


def rule(**equal: str) -> dict[str, Any]:
    conditions = [
        {"type": "profile", "field": field, "operator": "equals", "value": value}
        for field, value in equal.items()
    ]
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": conditions}}


def make_built(site: Site, document: dict[str, Any], now: dt.datetime) -> Segment:
    segment = factories.make_segment(site, document)
    build_members(segment, as_of=now)
    segment.refresh_from_db()
    return segment


@pytest.fixture
def people(site: Site) -> dict[str, Subscriber]:
    """By country and city, with these as their ids."""
    places = [("DE", "Berlin"), ("DE", "Bonn"), ("FR", "Paris"), ("FR", "Berlin")]
    return {
        f"{country} {city}": factories.make_subscriber(
            site, country=country, city=city, external_id=f"{country} {city}"
        )
        for country, city in places
    }


def test_who_joins_who_leaves_and_who_stays_are_counted_and_named(
    site: Site, people: dict[str, Subscriber], now: dt.datetime
) -> None:
    germans = make_built(site, rule(country="DE"), now)

    found = compare_rule(germans, rule(city="Berlin"), as_of=now)

    assert (found.joins, found.leaves, found.stays) == (1, 1, 1)
    assert (found.exact, found.margin) == (True, 0)
    assert [each.label for each in found.joining] == ["FR Berlin"]
    assert [each.label for each in found.leaving] == ["DE Bonn"]
    assert [each.label for each in found.staying] == ["DE Berlin"]


def test_comparing_is_with_the_members_as_they_are_stored(
    site: Site, people: dict[str, Subscriber], now: dt.datetime
) -> None:
    germans = make_built(site, rule(country="DE"), now)
    Segment.objects.filter(pk=germans.pk).update(rule=rule(country="FR"))  # saved, not yet built
    germans.refresh_from_db()

    found = compare_rule(germans, rule(country="DE"), as_of=now)

    assert (found.joins, found.leaves, found.stays) == (0, 0, 2)


def test_comparing_changes_nothing(site: Site, people: dict[str, Subscriber], now: dt.datetime) -> None:
    germans = make_built(site, rule(country="DE"), now)

    compare_rule(germans, rule(country="FR"), as_of=now)

    germans.refresh_from_db()
    assert (germans.rule, germans.member_count) == (rule(country="DE"), 2)
    assert Membership.objects.filter(segment=germans).count() == 2


def test_however_many_people_move_they_are_compared_in_one_statement_and_few_are_read(
    site: Site, now: dt.datetime
) -> None:
    make_crowd(site, 3_000)
    germans = make_built(site, rule(country="DE"), now)

    with CaptureQueriesContext(connection) as queries:
        found = compare_rule(germans, rule(), as_of=now)

    statements = [each for each in queries.captured_queries if "segments_membership" in each["sql"]]
    assert len(statements) == 1
    assert (found.joins, found.leaves, found.stays) == (1_500, 0, 1_500)
    assert (len(found.joining), len(found.leaving), len(found.staying)) == (5, 0, 5)


def test_where_counting_takes_too_long_each_figure_is_estimated_and_says_how_far_it_may_be_off(
    site: Site, now: dt.datetime, slow: None
) -> None:
    make_crowd(site, 20_000)
    germans = make_built(site, rule(country="DE"), now)

    found = compare_rule(germans, rule(), as_of=now)

    assert not found.exact
    assert 0 < found.margin < 1_000
    assert abs(found.joins - 10_000) <= found.margin
    assert found.leaves <= found.margin
    assert found.leaves + found.stays == 10_000


def test_what_takes_longer_than_a_preview_may_is_stopped_with_a_sentence(
    site: Site, now: dt.datetime, settings: Settings
) -> None:
    make_crowd(site, 5_000)
    germans = make_built(site, rule(country="DE"), now)
    settings.PREVIEW_TIMEOUT_MS = 1

    with pytest.raises(PreviewTooSlow, match="You can still save"):
        compare_rule(germans, rule(), as_of=now)


def test_a_rule_that_would_go_round_in_a_circle_is_not_compared(site: Site, now: dt.datetime) -> None:
    inner = factories.make_segment(site, name="Inner")
    factories.make_segment(
        site, {"version": 1, "root": {"type": "segment", "segment": inner.pk}}, name="Outer"
    )
    outer = Segment.objects.get(name="Outer")

    with pytest.raises(RuleError, match="“Inner” → “Outer” → “Inner”"):
        compare_rule(inner, {"version": 1, "root": {"type": "segment", "segment": outer.pk}}, as_of=now)
