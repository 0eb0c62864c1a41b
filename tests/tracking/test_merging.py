"""A visitor says who they are: what both profiles did is one person's, nothing lost and nothing doubled."""

import datetime as dt

import pytest

from subscribers.models import Identity, PushSubscription, Site, Subscriber
from tests.factories import NOW
from tests.tracking.requests import (
    BROWSER,
    ENDPOINT,
    OTHER_BROWSER,
    attributes,
    event,
    identify,
    subscribe,
    track,
)
from tracking.draining import drain_inbox
from tracking.ingestion import accept_backend_request
from tracking.models import Event, EventSummary

EARLIER = NOW - dt.timedelta(days=3)


def _find(external_id: str) -> Subscriber:
    return Subscriber.objects.living().get(external_id=external_id)


def _counts(person: Subscriber) -> dict[str, int]:
    return dict(person.event_summaries.values_list("event_type__name", "count"))


def test_an_anonymous_visitor_with_a_new_customer_id_becomes_known(site: Site) -> None:
    track(site, event(), identify("u-42"), event())

    person = Subscriber.objects.get()
    assert (person.external_id, person.merged_into) == ("u-42", None)
    assert person.events.count() == 2
    assert set(person.identities.values_list("kind", flat=True)) == {"anonymous", "external"}


def test_a_second_browser_of_a_known_person_is_merged_into_them(site: Site) -> None:
    track(site, identify("u-42"), event("add_to_cart", at=EARLIER.isoformat()))
    track(site, event("add_to_cart"), event("purchase"), subscribe(), browser=OTHER_BROWSER)
    track(site, identify("u-42"), event("purchase"), browser=OTHER_BROWSER)

    person = _find("u-42")
    shell = Subscriber.objects.get(merged_into=person)
    assert _counts(person) == {"add_to_cart": 2, "purchase": 2, "$subscribed": 1}
    assert person.events.count() == 5
    assert person.event_summaries.get(event_type__name="add_to_cart").first_at == EARLIER
    assert person.push_subscriptions.active().count() == 1
    left_behind = (shell.events, shell.event_summaries, shell.push_subscriptions)
    assert [rows.count() for rows in left_behind] == [0, 0, 0]
    assert Identity.objects.filter(subscriber=person).count() == 3


def test_an_event_that_both_sides_have_is_counted_once(site: Site) -> None:
    operation = event("purchase")
    track(site, identify("u-42"), operation)
    track(site, operation, event("purchase"), browser=OTHER_BROWSER)
    track(site, identify("u-42"), browser=OTHER_BROWSER)

    assert _counts(_find("u-42")) == {"purchase": 2}
    assert Event.objects.count() == 2


def test_a_kind_of_event_that_only_repeats_leaves_the_count_alone(site: Site) -> None:
    operation = event("purchase")
    track(site, identify("u-42"), operation)
    track(site, operation, browser=OTHER_BROWSER)
    track(site, identify("u-42"), browser=OTHER_BROWSER)

    assert EventSummary.objects.get().count == 1


def test_what_the_person_is_known_for_wins_and_the_visitor_fills_the_gaps(site: Site) -> None:
    track(site, identify("u-42"), attributes(loyalty_tier="gold", email="ann@shop.example"), at=NOW)
    track(site, attributes(loyalty_tier="none", last_category="shoes"), browser=OTHER_BROWSER, at=EARLIER)
    track(site, identify("u-42"), browser=OTHER_BROWSER, at=NOW + dt.timedelta(hours=1))

    person = _find("u-42")
    assert person.attributes == {
        "loyalty_tier": "gold",
        "email": "ann@shop.example",
        "last_category": "shoes",
    }
    assert (person.created_at, person.last_seen_at) == (EARLIER, NOW + dt.timedelta(hours=1))


def test_a_visitor_who_logs_out_and_in_again_is_the_same_person(site: Site) -> None:
    track(site, identify("u-42"), event())
    track(site, identify("u-42"), event())

    assert _counts(_find("u-42")) == {"add_to_cart": 2}
    assert Subscriber.objects.count() == 1


def test_somebody_else_on_a_shared_device_is_not_merged(site: Site) -> None:
    track(site, identify("u-1"), event("add_to_cart"), subscribe())
    track(site, identify("u-2"), event("purchase"))

    first, second = _find("u-1"), _find("u-2")
    assert (_counts(first), _counts(second)) == ({"add_to_cart": 1, "$subscribed": 1}, {"purchase": 1})
    assert Identity.objects.get(kind="anonymous", value=BROWSER).subscriber == second


def test_the_pushes_of_a_shared_device_go_to_whoever_uses_it_now(site: Site) -> None:
    track(site, identify("u-1"), subscribe())
    track(site, identify("u-2"))
    taken = PushSubscription.objects.active().get()
    assert (taken.subscriber.external_id, taken.endpoint, taken.browser) == ("u-2", ENDPOINT, "Firefox")

    track(site, identify("u-1"))
    assert PushSubscription.objects.active().get().subscriber.external_id == "u-1"


def test_other_devices_of_the_first_person_stay_theirs(site: Site) -> None:
    track(site, identify("u-1"), subscribe(f"{ENDPOINT}-phone"), browser=OTHER_BROWSER)
    track(site, identify("u-1"), subscribe())
    track(site, identify("u-2"))

    active = PushSubscription.objects.active().values_list("subscriber__external_id", "endpoint")
    assert set(active) == {("u-1", f"{ENDPOINT}-phone"), ("u-2", ENDPOINT)}


@pytest.mark.parametrize("together", [True, False])
def test_a_backend_and_a_browser_that_speak_of_the_same_person_meet(site: Site, together: bool) -> None:
    purchase = {**event("purchase"), "external_id": "u-42"}
    accept_backend_request(site=site, body={"operations": [purchase]}, now=NOW)
    if not together:
        drain_inbox(now=NOW)
    track(site, event("add_to_cart"), identify("u-42"))

    assert _counts(_find("u-42")) == {"purchase": 1, "add_to_cart": 1}
