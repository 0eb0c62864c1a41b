"""A trial from launch to lift, with planning, sending, feedback and conversions as they are."""

import datetime as dt
import uuid

import pytest

from campaigns.attribution import attribute_open_runs
from campaigns.experiments import choose_due_winners
from campaigns.feedback import record_feedback
from campaigns.lift import measure_lift
from campaigns.models import Campaign, Conversion, Delivery, Variant
from campaigns.tokens import DeliveryKey, sign_token
from campaigns.transports.memory import MemoryTransport
from subscribers.ids import take_ids
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, plan
from tests.factories import NOW
from tracking.log import NewEvent, record_events

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
GOAL = {"type": "event", "event": "purchase", "where": []}
PEOPLE = 300
Status = Delivery.Status


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """Launched and planned at NOW: half are tested with two versions, a fifth is held out."""
    people = Subscriber.objects.bulk_create(
        take_ids(Subscriber(site=site, created_at=NOW - DAY, last_seen_at=NOW) for _ in range(PEOPLE))
    )
    device = PushSubscription.objects.filter(pk=factories.make_push_subscription(people[0]).pk).values().get()
    PushSubscription.objects.bulk_create(
        PushSubscription(
            **{
                **device,
                "id": uuid.uuid4(),
                "subscriber_id": person.pk,
                "endpoint": f"{device['endpoint']}/{person.pk}",
            }
        )
        for person in people[1:]
    )
    campaign = factories.make_campaign(
        site, winner_by="clicks", test_percent=50, test_duration=4 * HOUR, holdout_percent=20, goal=GOAL
    )
    Variant.objects.create(campaign=campaign, letter="B", title="Another title")
    return plan(campaign)


def test_the_better_version_goes_to_those_who_waited_and_its_lift_is_measured(campaign: Campaign) -> None:
    transport = MemoryTransport()
    deliver_due(now=NOW, transport=transport)
    tested = {letter: list(campaign.deliveries.filter(status=Status.SENT, variant=letter)) for letter in "AB"}
    waiting = set(campaign.deliveries.filter(status=Status.PLANNED).values_list("subscriber_id", flat=True))
    assert len(tested["A"]) > 30
    assert len(tested["B"]) > 30
    assert len(waiting) > 80

    for delivery in [*tested["B"][:25], *tested["A"][:5]]:
        key = DeliveryKey(campaign.pk, 1, delivery.subscriber_id)
        record_feedback(sign_token(key), "clicked", now=NOW + HOUR)
    choose_due_winners(now=NOW + 4 * HOUR)
    campaign.refresh_from_db()
    assert campaign.winner == "B"

    deliver_due(now=NOW + 4 * HOUR, transport=transport)
    got = campaign.deliveries.filter(subscriber__in=waiting).values_list("status", "variant")
    assert set(got) == {(Status.SENT, "B")}
    kept = campaign.deliveries.filter(subscriber__in=[delivery.subscriber_id for delivery in tested["A"]])
    assert set(kept.values_list("variant", flat=True)) == {"A"}

    bought_at = NOW + 5 * HOUR
    buyers = [delivery.subscriber_id for delivery in tested["B"][:20]]
    events = [NewEvent(uuid.uuid4(), buyer, "purchase", bought_at, {}) for buyer in buyers]
    record_events(campaign.site, events, received_at=bought_at)
    attribute_open_runs(now=NOW + 6 * HOUR)
    assert set(Conversion.objects.values_list("credit", flat=True)) == {"click"}

    lift = measure_lift(campaign, now=NOW + 6 * HOUR)
    assert lift is not None
    assert lift.meant.people + lift.held_out.people == PEOPLE
    assert (lift.meant.converted, lift.held_out.converted) == (20, 0)
    assert campaign.deliveries.filter(reason="holdout").count() == lift.held_out.people
