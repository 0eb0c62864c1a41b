"""A goal is one event; whatever else is asked for is refused in words that say what would be right."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from campaigns.goals import (
    GoalError,
    check_goal,
    compile_goal,
    describe_counting,
    describe_goal,
    find_longest_window,
    read_goal,
    remark_on_goal,
)
from campaigns.models import Campaign
from segments.rules.windows import Bounds
from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tracking.models import Event

DAY = dt.timedelta(days=1)


def make_goal(event: str = "purchase", *where: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"type": "event", "event": event, "where": list(where), **parts}


def compare(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    test = {"property": name, "operator": operator}
    return test if value is None else {**test, "value": value}


def test_a_goal_is_read() -> None:
    goal = read_goal(make_goal("purchase", compare("price", "at_least", 50)))
    assert (goal.event, goal.where[0].property) == ("purchase", "price")


def test_a_goal_without_conditions_is_enough() -> None:
    assert read_goal({"type": "event", "event": "purchase"}).where == ()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("purchase", "A goal is one event"),
        ({"type": "group", "match": "all", "conditions": []}, "A goal is one event"),
        ({"type": "event"}, "event: This is missing"),
        (make_goal("purchase", {"property": "price", "operator": "nearly"}), r"where\[0\].*is no operator"),
        (make_goal("purchase", surprise=1), "surprise: This is not a part"),
        (make_goal("purchase", count={"operator": "at_least", "value": 2}), "belong to segments"),
        (make_goal("purchase", within={"last": {"days": 1}}), "belong to segments"),
        (make_goal("$push_clicked"), "campaigns record themselves"),
        (make_goal("$converted"), "campaigns record themselves"),
        (make_goal("purchase", compare("paid_at", "within_last", {"days": 3})), "depend on when it is asked"),
    ],
)
def test_what_is_no_goal_is_refused_with_a_sentence(document: Any, sentence: str) -> None:
    with pytest.raises(GoalError, match=sentence):
        read_goal(document)


def test_the_same_sentences_stand_in_the_way_of_a_launch(site: Site) -> None:
    assert check_goal(factories.make_campaign(site)) == []
    assert check_goal(factories.make_campaign(site, goal=make_goal())) == []
    assert "campaigns record" in check_goal(factories.make_campaign(site, goal=make_goal("$converted")))[0]


@pytest.mark.parametrize(
    ("click", "view", "problem"),
    [
        (None, None, "for how long"),
        (dt.timedelta(0), None, "for how long"),
        (91 * DAY, None, "at most 90 days after a click"),
        (DAY, 91 * DAY, "at most 90 days after it was seen"),
        (DAY, -DAY, "at most 90 days after it was seen"),
    ],
)
def test_somebody_must_have_time_to_convert_and_not_for_ever(
    click: dt.timedelta | None, view: dt.timedelta | None, problem: str
) -> None:
    campaign = Campaign(goal=make_goal(), click_window=click, view_window=view)
    assert [problem in sentence for sentence in check_goal(campaign)] == [True]


def test_what_was_never_seen_is_remarked_on(site: Site) -> None:
    campaign = factories.make_campaign(site, goal=make_goal("purchas"))
    assert "Nobody has done “purchas”" in remark_on_goal(campaign)[0]
    factories.make_event(factories.make_subscriber(site), "purchase", price=5)
    event_type = Event.objects.get().event_type
    event_type.properties = {"price": "number"}
    event_type.save()
    campaign.goal = make_goal("purchase", compare("colour", "equals", "red"))
    campaign.revenue_property = "price"
    assert remark_on_goal(campaign) == ["No “purchase” event has had a property “colour” so far."]


def test_a_goal_is_said_in_words() -> None:
    document = make_goal("purchase", compare("price", "at_least", 50))
    assert describe_goal(document) == "did “purchase” where price is at least 50"
    assert "cannot be read" in describe_goal({"type": "event"})


def test_what_counts_is_said_in_a_sentence() -> None:
    campaign = Campaign(goal=make_goal("purchase"), click_window=3 * DAY, view_window=DAY)
    assert describe_counting(campaign) == (
        "A conversion is somebody who did “purchase” within 3 days after a click or within 1 day after it was seen; "
        "the first time alone counts."
    )
    hours = Campaign(goal=make_goal("signup"), click_window=DAY / 2, view_window=None)
    hours.counts_every_conversion = True
    assert describe_counting(hours) == (
        "A conversion is somebody who did “signup” within 12 hours after a click; every time counts."
    )
    assert describe_counting(Campaign()) == "Conversions are not counted."


def test_people_are_followed_for_the_longer_window() -> None:
    assert find_longest_window(Campaign(click_window=DAY, view_window=3 * DAY)) == 3 * DAY
    assert find_longest_window(Campaign(click_window=DAY, view_window=None)) == DAY


def test_a_goal_finds_its_events_in_the_log(site: Site) -> None:
    person = factories.make_subscriber(site)
    cheap = factories.make_event(person, "purchase", NOW - DAY, price=5, category="shoes")
    dear = factories.make_event(person, "purchase", NOW - DAY, price=500, category="shoes")
    factories.make_event(person, "purchase", NOW - 9 * DAY, price=500, category="shoes")
    factories.make_event(person, "view", NOW - DAY, price=500)
    bounds = Bounds(NOW - 2 * DAY, NOW)

    def find(*where: dict[str, Any]) -> set[Any]:
        condition = compile_goal(site, read_goal(make_goal("purchase", *where)), bounds)
        assert condition is not None
        with connection.cursor() as cursor:
            text = f"SELECT event.id FROM tracking_event AS event WHERE {condition.text}"
            cursor.execute(text, condition.params)
            return {found for (found,) in cursor.fetchall()}

    assert find() == {cheap.id, dear.id}
    assert find(compare("price", "greater_than", 50), compare("category", "equals", "SHOES")) == {dear.id}


def test_a_page_is_found_by_its_address_as_people_read_it(site: Site) -> None:
    event = factories.make_event(
        factories.make_subscriber(site),
        "$page_view",
        NOW - DAY,
        url="https://shop.example/gr%C3%B6%C3%9Fe?q=red+shoes",
    )
    for operator, value in (
        ("contains", "/größe"),
        ("ends_with", "red shoes"),
        ("contains", "q=red%20shoes"),
    ):
        goal = read_goal(make_goal("$page_view", compare("url", operator, value)))
        condition = compile_goal(site, goal, Bounds(NOW - 2 * DAY, NOW))
        assert condition is not None
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT event.id FROM tracking_event AS event WHERE {condition.text}", condition.params
            )
            assert cursor.fetchall() == [(event.id,)], value


def test_a_goal_nobody_ever_reached_has_no_events(site: Site) -> None:
    assert compile_goal(site, read_goal(make_goal("purchase")), Bounds(None, NOW)) is None
