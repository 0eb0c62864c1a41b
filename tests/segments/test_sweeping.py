"""Members follow the clock: who leaves because time passes leaves at the right instant, and is sought cheaply."""

import datetime as dt

import pytest

from segments.building import build_waiting
from segments.following import Followed, follow_site
from segments.models import Segment
from segments.sweeping import is_due
from segments.verification import verify_segment
from subscribers.models import Site
from tests.factories import NOW, make_event, make_push_subscription, make_segment, make_subscriber
from tests.segments.live import (
    BUYERS,
    CART_TODAY,
    JSON,
    LATER,
    SECOND,
    changes,
    did,
    has_attribute,
    make_built,
    members,
    negate,
    rule_of,
)
from tests.subscribers.noting import forget_noted

HOUR = dt.timedelta(hours=1)
TICK = dt.timedelta(microseconds=1)
MIDNIGHT = dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC)  # of Berlin, the site's clock

OLD_SHOPPER: JSON = did("add_to_cart", within={"between_ago": [{"days": 14}, {"days": 7}]})
LOYAL: JSON = did("add_to_cart", count={"operator": "at_least", "value": 2}, within={"last": {"hours": 24}})
SPENT: JSON = rule_of(
    {"type": "event_aggregate", "event": "add_to_cart", "function": "sum", "property": "value",
     "operator": "at_least", "value": 5, "within": {"last": {"hours": 24}}}
)  # fmt: skip
TODAY: JSON = did("add_to_cart", within={"calendar": "today"})
LAPSED: JSON = rule_of(
    {"type": "event_recency", "event": "add_to_cart", "occurrence": "last", "operator": "more_than_ago",
     "value": {"hours": 24}}
)  # fmt: skip
EVENING: JSON = rule_of({"type": "local_time", "between": ["18:00", "22:00"]})
NEW_DEVICE: JSON = rule_of(
    {"type": "channel", "channel": "web_push", "state": "subscribed", "within": {"last": {"days": 31}}}
)


def test_time_ends_a_membership_at_the_right_second(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "add_to_cart")
    segment = make_built(site, CART_TODAY)

    follow_site(site, now=NOW + 24 * HOUR - SECOND)
    assert members(segment) == {person.pk}

    follow_site(site, now=NOW + 24 * HOUR)
    assert members(segment) == set()
    assert changes(segment)[-1] == (person.pk, "left", "time", NOW + 24 * HOUR)


def test_time_begins_a_membership_at_the_right_second(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "add_to_cart")
    segment = make_built(site, negate(CART_TODAY))

    follow_site(site, now=NOW + 24 * HOUR - SECOND)
    assert members(segment) == set()

    follow_site(site, now=NOW + 24 * HOUR)
    assert changes(segment) == [(person.pk, "entered", "time", NOW + 24 * HOUR)]


@pytest.mark.parametrize(
    ("rule", "first_no_more"),
    [
        pytest.param(CART_TODAY, NOW + 24 * HOUR, id="rolling-window"),
        pytest.param(LOYAL, NOW + 23 * HOUR, id="count"),
        pytest.param(SPENT, NOW + 23 * HOUR, id="sum"),
        pytest.param(TODAY, MIDNIGHT, id="today-at-the-site-s-midnight"),
        pytest.param(negate(LAPSED), NOW + 24 * HOUR + TICK, id="last-time"),
        pytest.param(negate(OLD_SHOPPER), NOW + 7 * 24 * HOUR - HOUR, id="between-ago"),
        pytest.param(NEW_DEVICE, NOW + 24 * HOUR, id="device"),
        pytest.param(negate(EVENING), dt.datetime(2026, 11, 21, 17, tzinfo=dt.UTC), id="local-time"),
    ],
)
def test_each_kind_of_condition_turns_at_its_instant(
    site: Site, rule: JSON, first_no_more: dt.datetime
) -> None:
    person = make_subscriber(site, timezone="Europe/Berlin")
    for at in (NOW - HOUR, NOW):
        make_event(person, "add_to_cart", at, value=3)
    make_push_subscription(person, created_at=NOW - dt.timedelta(days=30))
    segment = make_built(site, rule)
    assert members(segment) == {person.pk}

    follow_site(site, now=first_no_more - 2 * SECOND)
    assert members(segment) == {person.pk}

    follow_site(site, now=first_no_more)
    assert members(segment) == set()
    assert changes(segment)[-1][2] == "time"


def test_after_a_long_silence_all_are_as_they_would_have_been(site: Site) -> None:
    people = [make_subscriber(site, timezone="Asia/Tokyo") for _ in range(4)]
    for number, person in enumerate(people):
        make_event(person, "add_to_cart", NOW - number * 3 * HOUR, value=number)
    rules = (CART_TODAY, LOYAL, SPENT, TODAY, LAPSED, EVENING, negate(LOYAL))
    segments = [make_built(site, rule) for rule in rules]

    follow_site(site, now=NOW + 22 * HOUR)

    for segment in segments:
        segment.refresh_from_db()
        assert segment.refreshed_at == NOW + 22 * HOUR
        assert verify_segment(segment, as_of=segment.refreshed_at).agrees


def test_only_whom_the_clock_concerns_is_asked(site: Site) -> None:
    for hours in (2, 23):
        make_event(make_subscriber(site), "add_to_cart", NOW - hours * HOUR)
    make_built(site, CART_TODAY)
    follow_site(site, now=NOW)

    assert follow_site(site, now=LATER) == Followed(asked=1, moved=1)


@pytest.mark.parametrize("rule", [has_attribute("tier", "gold"), BUYERS], ids=["attribute", "event-ever"])
def test_a_rule_that_time_cannot_change_asks_nobody(site: Site, rule: JSON) -> None:
    make_event(make_subscriber(site, attributes={"tier": "gold"}), "purchase")
    segment = make_built(site, rule)
    follow_site(site, now=NOW)

    assert follow_site(site, now=NOW + 1000 * HOUR) == Followed()

    segment.refresh_from_db()
    assert segment.refreshed_at == NOW + 1000 * HOUR, "it is right for that instant all the same"


def test_of_too_many_the_whole_segment_is_built_anew(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segments.following.MOST_ASKED", 2)
    monkeypatch.setattr("segments.sweeping.MOST_ASKED", 2)
    for _ in range(3):
        make_event(make_subscriber(site), "add_to_cart")
    segment = make_built(site, TODAY)

    follow_site(site, now=MIDNIGHT)
    assert len(members(segment)) == 3
    assert (segment.status, segment.refreshed_at) == ("building", NOW), "what is shown is right for then"

    build_waiting(now=MIDNIGHT + SECOND)
    assert members(segment) == set()
    assert (segment.status, segment.refreshed_at) == ("ready", MIDNIGHT + SECOND)


def test_a_segment_that_is_being_built_is_not_swept_but_asked(site: Site) -> None:
    leaving, new = make_subscriber(site), make_subscriber(site)
    make_event(leaving, "add_to_cart")
    segment = make_built(site, CART_TODAY)
    Segment.objects.update(status="building")
    make_event(new, "add_to_cart", NOW + 24 * HOUR)

    follow_site(site, now=NOW + 24 * HOUR)

    assert members(segment) >= {new.pk}
    assert segment.refreshed_at == NOW


# --- How often ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sweep", "after", "expected"),
    [
        (dt.timedelta(0), SECOND - TICK, False),
        (dt.timedelta(0), SECOND, True),
        (dt.timedelta(seconds=1), 20 * SECOND - TICK, False),
        (dt.timedelta(seconds=1), 20 * SECOND, True),
    ],
)
def test_a_segment_is_looked_at_once_a_second_or_less_often_if_looking_takes_long(
    site: Site, sweep: dt.timedelta, after: dt.timedelta, expected: bool
) -> None:
    segment = make_segment(
        site, refreshed_at=NOW, status="ready", sweep_us=sweep // dt.timedelta(microseconds=1)
    )

    assert is_due(segment, NOW + after) is expected


def test_one_never_built_is_never_due(site: Site) -> None:
    assert not is_due(make_segment(site), LATER)


def test_thoroughly_looks_at_every_clock_however_lately_it_was_looked_at(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "add_to_cart")
    segment = make_built(site, CART_TODAY, as_of=NOW + 24 * HOUR - TICK)
    forget_noted()
    follow_site(site, now=NOW + 24 * HOUR)
    assert members(segment) == {person.pk}

    follow_site(site, now=NOW + 24 * HOUR, thoroughly=True)

    assert members(segment) == set()
