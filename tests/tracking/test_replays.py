"""Clients repeat what they got no answer for: that changes nothing, whatever came in between."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.models import Attribute, Identity, PushSubscription, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import (
    BROWSER,
    ENDPOINT,
    OTHER_BROWSER,
    Json,
    attributes,
    event,
    identify,
    page,
    send,
    subscribe,
    track,
    unsubscribe,
)
from tracking.draining import drain_inbox
from tracking.models import AppliedOperation, Event, EventSummary
from tracking.replays import REMEMBERED_FOR, forget_operations

KEPT: tuple[type[models.Model], ...] = (
    Subscriber,
    Identity,
    PushSubscription,
    Attribute,
    Event,
    EventSummary,
)
OPERATIONS = st.one_of(
    st.sampled_from(["add_to_cart", "purchase"]).map(lambda name: ("event", name)),
    st.just(("page", "")),
    st.sampled_from(["silver", "gold"]).map(lambda tier: ("attributes", tier)),
    st.sampled_from(["u-1", "u-2"]).map(lambda person: ("identify", person)),
    st.sampled_from([ENDPOINT, f"{ENDPOINT}-2"]).map(lambda endpoint: ("subscribe", endpoint)),
    st.just(("unsubscribe", "")),
)
REQUESTS = st.lists(
    st.tuples(st.sampled_from([BROWSER, OTHER_BROWSER]), st.lists(OPERATIONS, min_size=1, max_size=4)),
    min_size=1,
    max_size=6,
)


def _make_operation(kind: str, value: str) -> Json:
    makers: dict[str, Any] = {
        "event": lambda: event(value),
        "page": page,
        "attributes": lambda: attributes(loyalty_tier=value),
        "identify": lambda: identify(value),
        "subscribe": lambda: subscribe(value),
        "unsubscribe": unsubscribe,
    }
    made: Json = makers[kind]()
    return made


def _all_rows() -> list[list[Json]]:
    return [sorted(model._default_manager.values(), key=str) for model in KEPT]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=REQUESTS, data=st.data())
def test_replaying_any_prefix_of_the_requests_changes_nothing(
    db: None, requests: Any, data: st.DataObject
) -> None:
    site = factories.make_site()
    made = [
        (browser, [_make_operation(kind, value) for kind, value in operations])
        for browser, operations in requests
    ]
    for minute, (browser, operations) in enumerate(made):
        track(site, *operations, browser=browser, at=NOW + dt.timedelta(minutes=minute))
    before = _all_rows()

    tomorrow = NOW + dt.timedelta(days=1)
    for browser, operations in made[: data.draw(st.integers(1, len(made)), label="prefix")]:
        send(site, *operations, browser=browser, at=tomorrow)
    result = drain_inbox(now=tomorrow)

    assert (result.events, result.failed) == (0, 0)
    assert _all_rows() == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requests=st.lists(st.lists(OPERATIONS, min_size=1, max_size=4), min_size=1, max_size=6),
    split=st.integers(0, 6),
)
def test_how_a_browsers_requests_fall_into_batches_makes_no_difference(
    db: None, requests: Any, split: int
) -> None:
    """Drained one by one or together, the log counts the same and the same people are left."""
    made = [[_make_operation(kind, value) for kind, value in operations] for operations in requests]
    outcomes = []
    for one_by_one in (True, False):
        site = factories.make_site()
        for minute, operations in enumerate(made):
            at = NOW + dt.timedelta(minutes=minute)
            send(site, *operations, at=at)
            if one_by_one or minute == split:
                drain_inbox(now=at)
        drain_inbox(now=NOW + dt.timedelta(hours=1))
        outcomes.append(_describe(site))

    assert outcomes[0] == outcomes[1]


def _describe(site: Site) -> list[Any]:
    """Who is left, and what each did, had and can be reached at, without the ids of rows."""
    return sorted(
        (
            person.external_id,
            sorted(person.attributes.items()),
            sorted(person.identities.values_list("value", flat=True)),
            sorted(person.push_subscriptions.active().values_list("endpoint", flat=True)),
            sorted(person.events.values_list("event_type__name", "id")),
            sorted(person.event_summaries.values_list("event_type__name", "count")),
        )
        for person in Subscriber.objects.living().filter(site=site)
    )


def test_an_event_of_a_browser_that_went_to_somebody_else_is_not_recorded_for_them_too(site: Site) -> None:
    first, then = event(), identify("u-2")
    track(site, identify("u-1"))
    track(site, first, then)
    track(site, first, then)

    assert Event.objects.get().subscriber.external_id == "u-1"


def test_operations_are_forgotten_once_nobody_repeats_them_any_more(site: Site) -> None:
    track(site, event())
    track(site, event(), at=NOW + dt.timedelta(days=2))

    assert forget_operations(now=NOW + REMEMBERED_FOR + dt.timedelta(days=1)) == 1
    assert AppliedOperation.objects.count() == 1


@pytest.mark.django_db
def test_an_event_stays_unique_after_its_operation_is_forgotten(site: Site) -> None:
    operation = event(id=str(uuid.uuid4()))
    track(site, operation)
    forget_operations(now=NOW + REMEMBERED_FOR * 2)
    track(site, operation)

    assert Event.objects.count() == 1
