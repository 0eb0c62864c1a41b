"""What arrives late, and was so earlier, does not overwrite what came after it: for each attribute by itself."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.attribute_times import MOST_REMOVED
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import OTHER_BROWSER, Json, attributes, event, identify, send, track
from tracking.draining import drain_inbox

HOUR = dt.timedelta(hours=1)
LATER = NOW + 10 * HOUR


def at(hour: int, operation: Json) -> Json:
    return {**operation, "at": (NOW + hour * HOUR).isoformat()}


def known(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = Subscriber.objects.living().get(site=site).attributes
    return found


def test_an_older_value_that_arrives_late_is_left_out(site: Site) -> None:
    track(site, at(2, attributes(tier="gold")), at=LATER)
    track(site, at(1, attributes(tier="silver", size=42)), at=LATER)

    assert known(site) == {"tier": "gold", "size": 42}


def test_the_same_holds_within_one_request(site: Site) -> None:
    track(site, at(2, attributes(tier="gold")), at(1, attributes(tier="silver")), at=LATER)

    assert known(site) == {"tier": "gold"}


def test_a_value_told_again_is_known_as_of_then(site: Site) -> None:
    track(site, at(1, attributes(tier="gold")), at=LATER)
    track(site, at(3, attributes(tier="gold")), at=LATER)
    track(site, at(2, attributes(tier="silver")), at=LATER)

    assert known(site) == {"tier": "gold"}


def test_what_was_removed_is_not_brought_back_by_what_was_said_before(site: Site) -> None:
    track(site, at(1, attributes(tier="gold")), at=LATER)
    track(site, at(3, attributes(unset=["tier"])), at=LATER)
    track(site, at(2, attributes(tier="silver")), at=LATER)
    assert known(site) == {}

    track(site, at(4, attributes(tier="bronze")), at=LATER)
    assert known(site) == {"tier": "bronze"}


def test_null_removes_as_of_its_time_too(site: Site) -> None:
    track(site, at(3, attributes(tier=None)), at=LATER)
    track(site, at(2, attributes(tier="silver")), at=LATER)

    assert known(site) == {}


def test_an_older_removal_does_not_remove_what_came_after_it(site: Site) -> None:
    track(site, at(2, attributes(tier="gold", email="a@shop.example")), at=LATER)
    track(site, at(1, attributes(unset=["tier", "email"])), at=LATER)

    assert known(site) == {"tier": "gold", "email": "a@shop.example"}
    assert Subscriber.objects.get().email == "a@shop.example"


def test_fields_of_the_profile_keep_the_newer_value(site: Site) -> None:
    track(site, at(2, attributes(country="FR", timezone="Europe/Paris")), at=LATER)
    track(site, at(1, attributes(country="JP", timezone="Asia/Tokyo")), at=LATER)

    person = Subscriber.objects.get()
    assert (person.country, person.timezone) == ("FR", "Europe/Paris")


def test_what_names_no_time_is_said_when_it_arrives(site: Site) -> None:
    track(site, attributes(tier="gold"), at=NOW + 2 * HOUR)
    track(site, at(1, attributes(tier="silver")), at=LATER)

    assert known(site) == {"tier": "gold"}


def test_a_clock_that_is_ahead_does_not_keep_later_values_out(site: Site) -> None:
    track(site, at(500, attributes(tier="gold")), at=NOW)
    track(site, attributes(tier="silver"), at=NOW + HOUR)

    assert known(site) == {"tier": "silver"}


def test_times_go_along_when_a_visitor_turns_out_to_be_somebody(site: Site) -> None:
    track(site, identify("u-1"), at(1, attributes(tier="gold")), browser=OTHER_BROWSER, at=LATER)
    track(site, at(3, attributes(size=42, tier="visitor")), at=LATER)
    track(site, identify("u-1"), at=LATER)
    track(site, at(2, attributes(size=41)), at=LATER)
    track(site, at(2, attributes(tier="platinum")), at=LATER)

    assert known(site) == {"tier": "platinum", "size": 42}


def test_what_somebody_took_back_a_visitor_does_not_bring_back_with_what_they_said_before(site: Site) -> None:
    track(site, identify("u-1"), at(1, attributes(tier="gold")), browser=OTHER_BROWSER, at=LATER)
    track(site, at(3, attributes(unset=["tier"])), browser=OTHER_BROWSER, at=LATER)
    track(site, at(2, attributes(tier="visitor")), at=LATER)
    track(site, identify("u-1"), at=LATER)

    assert known(site) == {}


def test_how_many_removed_keys_are_remembered_is_bounded(site: Site) -> None:
    for start in range(0, 3 * MOST_REMOVED, 100):
        track(
            site,
            attributes(unset=[f"k{number}" for number in range(start, start + 100)]),
            at=NOW + start * HOUR,
        )

    assert len(Subscriber.objects.get().attribute_times) == MOST_REMOVED


STEPS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(["tier", "size"]), st.sampled_from(["a", "b", None])),
    min_size=1,
    max_size=8,
    unique_by=lambda step: step[0],
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, batches=st.lists(st.booleans(), min_size=8, max_size=8))
def test_in_whichever_order_they_arrive_the_latest_stands(db: None, steps: Any, batches: list[bool]) -> None:
    site = factories.make_site()
    for (hour, key, value), alone in zip(steps, batches, strict=False):
        send(site, at(hour, attributes(**{key: value})), at=LATER)
        if alone:
            drain_inbox(now=LATER)
    send(site, event(), at=LATER)
    drain_inbox(now=LATER)

    latest = {key: value for _, key, value in sorted(steps, key=lambda step: step[0])}
    assert known(site) == {key: value for key, value in latest.items() if value is not None}
