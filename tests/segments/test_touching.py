"""From the changes that wait to the people whom each segment is asked about: all whom it concerns, few others."""

import datetime as dt
from typing import Any

import pytest

from segments.following import follow_site
from segments.live_rules import LiveRule, read_live_rules
from segments.membership import Cause
from segments.models import Segment, SegmentDay
from segments.rules.event_log import EventLog
from segments.touching import Asked, Touched
from subscribers.models import Site, SubscriberChange
from tests.factories import EVERYONE, NOW, make_event, make_subscriber
from tests.segments.live import (
    BUYERS,
    GERMANS,
    GOLD,
    JSON,
    LATER,
    SECOND,
    did,
    is_in,
    make_built,
    members,
    negate,
    rule_of,
)
from tests.subscribers.noting import forget_noted, read_noted

SHOES = [{"property": "category", "operator": "equals", "value": "shoes"}]
SHOE_BUYERS = did("purchase", where=SHOES)


def change(topic: str, *people: int, everyone: bool = False) -> SubscriberChange:
    return SubscriberChange(topic=topic, subscriber_ids=None if everyone else list(people), changed_at=NOW)


def touch(site: Site, *changes: SubscriberChange) -> Touched:
    return Touched(site, changes, NOW, EventLog(types={}, newest={}, find_hot_column=lambda *_: None))


def read_live(segment: Segment) -> LiveRule:
    return read_live_rules([segment])[segment.pk]


def find_asked(segment: Segment, *changes: SubscriberChange) -> dict[int, Cause]:
    return touch(segment.site, *changes).find_asked(segment.pk, read_live(segment)).causes


# --- By topic -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "topics"),
    [
        (EVERYONE, set()),
        (GOLD, {"attribute:tier"}),
        (GERMANS, {"profile:country"}),
        (BUYERS, {"event:purchase", "log"}),
        (negate(BUYERS), {"event:purchase", "log"}),
        (did("purchase", within={"calendar": "today"}), {"event:purchase", "log", "zone"}),
        (rule_of({"type": "channel", "channel": "web_push", "state": "never"}), {"device"}),
        (
            rule_of({"type": "location", "near": {"lat": 52.5, "lon": 13.4}, "radius": {"km": 1}}),
            {"location"},
        ),
        (rule_of({"type": "local_time", "between": ["09:00", "17:00"]}), {"profile:timezone", "zone"}),
        (rule_of({"type": "bucket", "salt": "a", "from": 0, "to": 100}), set()),
        (
            rule_of({"type": "message", "activity": "clicked"}),
            {"event:$push_clicked", "log"},
        ),
        (
            rule_of({"type": "page_view", "url": {"operator": "contains", "value": "sale"}}),
            {"event:$page_view", "log"},
        ),
    ],
)
def test_a_rule_listens_to_what_it_asks_for_and_to_people_who_come_and_go(
    site: Site, rule: JSON, topics: set[str]
) -> None:
    assert read_live(make_built(site, rule)).topics == {"person", *topics}


def test_a_rule_built_on_another_segment_listens_to_it(site: Site) -> None:
    inner = make_built(site, BUYERS)
    live = read_live(make_built(site, is_in(inner)))

    assert live.topics == {"person", f"segment:{inner.pk}"}
    assert live.needs == {inner.pk}


def test_those_are_asked_whose_topics_the_rule_listens_to(site: Site) -> None:
    segment = make_built(site, GOLD)
    changes = [change("attribute:tier", 1), change("attribute:size", 2), change("person", 3)]

    assert find_asked(segment, *changes) == {1: Cause.PROFILE, 3: Cause.PROFILE}


def test_an_event_is_the_nearest_cause_and_comes_before_the_others(site: Site) -> None:
    segment = make_built(site, BUYERS)

    assert find_asked(segment, change("person", 1), change("event:purchase", 1)) == {1: Cause.EVENT}


def test_who_moved_in_a_segment_below_is_asked_because_of_it(site: Site) -> None:
    inner = make_built(site, GOLD)
    outer = make_built(site, is_in(inner))

    assert find_asked(outer, change(f"segment:{inner.pk}", 1)) == {1: Cause.SEGMENT}


def test_who_was_noted_again_for_one_segment_is_asked_by_that_one_alone(site: Site) -> None:
    segment, other = make_built(site, GOLD), make_built(site, GOLD)
    again = change(f"again:{segment.pk}", 1)

    assert (find_asked(segment, again), find_asked(other, again)) == ({1: Cause.PROFILE}, {})


def test_the_first_reason_to_ask_stays(site: Site) -> None:
    asked = Asked()
    asked.add([2, 1], Cause.EVENT)
    asked.add([1, 3], Cause.TIME)

    assert asked.causes == {1: Cause.EVENT, 2: Cause.EVENT, 3: Cause.TIME}
    assert (list(asked), len(asked)) == ([1, 2, 3], 3)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [("attribute:tier", True), ("zone", False), ("again:{pk}", True), ("again:0", False)],
)
def test_what_concerns_everybody_concerns_those_who_listen(site: Site, topic: str, expected: bool) -> None:
    segment = make_built(site, GOLD)
    touched = touch(site, change(topic.format(pk=segment.pk), everyone=True))

    assert touched.concerns_all(segment.pk, read_live(segment).topics) is expected


def test_nobody_is_kept_where_no_segment_is_in_hand_elsewhere(site: Site) -> None:
    touch(site, change("person", 1)).keep_for([], [2], now=NOW)

    assert read_noted(site) == {}


def test_for_segments_in_hand_elsewhere_all_are_kept_who_changed_or_moved(site: Site) -> None:
    touch(site, change("person", 1), change("event:wave", 2)).keep_for([7], [3], now=NOW)

    assert read_noted(site) == {"again:7": {1, 2, 3}}


# --- By what the rule asks of an event ----------------------------------------------------


def follow_purchases(site: Site, *rules: JSON, events: list[dict[str, Any]]) -> list[int]:
    """How many are asked by a segment with each rule after somebody made these purchases."""
    person = make_subscriber(site)
    segments = [make_built(site, rule) for rule in rules]
    forget_noted()
    for values in events:
        make_event(person, "purchase", **values)
    follow_site(site, now=LATER)
    days = SegmentDay.objects.filter(segment__in=segments).order_by("segment")
    return list(days.values_list("looked_at", flat=True))


def test_only_who_did_what_passes_its_tests_is_asked(site: Site) -> None:
    socks = did("purchase", where=[{"property": "category", "operator": "equals", "value": "socks"}])
    ever = BUYERS

    assert follow_purchases(site, SHOE_BUYERS, socks, ever, events=[{"category": "shoes"}]) == [1, 0, 1]


def test_passing_the_tests_of_one_condition_of_several_is_enough(site: Site) -> None:
    hats = did("purchase", where=[{"property": "category", "operator": "equals", "value": "hats"}])
    either = rule_of({"type": "group", "match": "any", "conditions": [SHOE_BUYERS["root"], hats["root"]]})

    assert follow_purchases(site, either, events=[{"category": "hats"}]) == [1]


def test_a_condition_without_tests_asks_whoever_did_it(site: Site) -> None:
    also_any = rule_of({"type": "group", "match": "all", "conditions": [SHOE_BUYERS["root"], BUYERS["root"]]})

    assert follow_purchases(site, also_any, events=[{"category": "socks"}]) == [1]


def test_a_late_event_passes_like_one_of_just_now(site: Site) -> None:
    late = {"category": "shoes", "at": NOW - dt.timedelta(days=30)}

    assert follow_purchases(site, SHOE_BUYERS, events=[late]) == [1]


def test_who_passed_long_before_is_not_asked_because_of_another_purchase(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "purchase", NOW - dt.timedelta(days=2), category="shoes")
    segment = make_built(site, SHOE_BUYERS)
    forget_noted()
    make_event(person, "purchase", category="socks")

    assert follow_site(site, now=LATER).asked == 0
    assert members(segment) == {person.pk}


def test_an_event_that_completes_a_sequence_asks_for_it(site: Site) -> None:
    steps = [{"event": "add_to_cart", "where": SHOES}, {"event": "purchase", "where": SHOES}]
    person = make_subscriber(site)
    segment = make_built(site, rule_of({"type": "event_sequence", "steps": steps}))
    make_event(person, "add_to_cart", category="shoes")
    follow_site(site, now=LATER)
    make_event(person, "purchase", LATER + SECOND, category="shoes")

    follow_site(site, now=LATER + SECOND)

    assert members(segment) == {person.pk}
