"""What is remarked on a rule for one site: cost only where the site is large, and one thing at a time."""

import datetime as dt
from typing import Any

import pytest

from segments import remarks as remarks_module
from segments.remarks import read_remarks
from segments.rules import Names, parse_rule
from segments.rules.lint import Remark
from subscribers.attribute_values import Shape
from subscribers.conversion import change_type, convert_attributes
from subscribers.models import Site
from tests.factories import NOW, make_attribute, make_event, make_site, make_subscriber
from tracking.models import LogStart

TOTAL: dict[str, Any] = {
    "type": "event_aggregate",
    "event": "purchase",
    "function": "sum",
    "property": "price",
    "operator": "at_least",
    "value": 100,
}


def read(site: Site, root: dict[str, Any]) -> list[Remark]:
    return read_remarks(site, parse_rule({"version": 1, "root": root}), Names(), now=NOW)


@pytest.fixture
def large(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with one event more than it takes to be large; another one has many, too."""
    monkeypatch.setattr(remarks_module, "LARGE_SITE", 3)
    other = make_subscriber(make_site())
    person = make_subscriber(site)
    for _ in range(4):
        make_event(person, "purchase", price=5)
        make_event(other, "purchase", price=5)
    return site


def test_cost_is_remarked_on_where_the_site_is_large(large: Site) -> None:
    [remark] = read(large, TOTAL)

    assert remark.message.startswith("Slow to count on a site of this size: every “purchase”")


def test_cost_is_nothing_to_speak_of_on_a_small_site(large: Site) -> None:
    small = make_site()
    for _ in range(3):
        make_event(make_subscriber(small), "purchase", price=5)

    assert [each for each in read(small, TOTAL) if "Slow" in each.message] == []


def test_a_condition_that_looks_further_back_than_events_are_kept_says_since_when_they_are(
    site: Site,
) -> None:
    make_event(make_subscriber(site), "purchase", price=5)
    assert read(site, TOTAL) == []

    LogStart.objects.create(begins_at=dt.datetime(2026, 10, 25, 22, 30, tzinfo=dt.UTC))

    [remark] = read(site, TOTAL)
    assert remark == (
        "root",
        "This looks further back than events are kept: it sees those since 25 Oct 2026 alone.",
    )


def test_what_is_wrong_with_a_condition_is_said_before_what_it_costs(large: Site) -> None:
    [remark] = read(large, {**TOTAL, "event": "purchsae"})

    assert "not seen the event “purchsae”" in remark.message


def test_a_rule_on_an_attribute_that_is_being_converted_says_so(site: Site) -> None:
    attribute = make_attribute(site, "code")
    make_subscriber(site, attributes={"code": "5"})
    condition = {"type": "attribute", "key": "code", "operator": "greater_than", "value": 1}
    change_type(attribute, Shape("number"), now=NOW)

    [remark] = read(site, condition)
    assert remark.message.startswith("The attribute “code” is being converted")

    convert_attributes(clock=lambda: NOW)
    assert read(site, condition) == []
