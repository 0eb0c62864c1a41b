"""A shop with a customer whom strangers are after: what they may send, and what must not come of it."""

import datetime as dt
import json
import uuid
from typing import Any

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign
from campaigns.planning import plan_campaign
from campaigns.transports.memory import MemoryTransport
from segments.building import build_waiting
from subscribers.models import Identity, Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due
from tests.factories import NOW
from tests.tracking import requests
from tracking.draining import drain_inbox
from tracking.ingestion import accept_backend_request
from tracking.models import Event, EventSummary

Json = dict[str, Any]
ALICE = "u-42"
HER_BROWSER = "1b4e28ba-2fa1-4d2e-883f-0016d3cca427"
HER_ENDPOINT = "https://fcm.googleapis.com/fcm/send/alice"
HER_KEYS = {
    "p256dh": "BFCTNjZX60Ui9GllGyB4Ha7htSKSkgIkbUSzTaV9xrGjrNPOhnUCVzUKgx3MclAFaIIKhra_Y-giR63QBciU4gg",
    "auth": "0f4rewynZlN5THK9XU6xbA",
}
HIS_BROWSER = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
HIS_ENDPOINT = "https://fcm.googleapis.com/fcm/send/mallory"


def make_alice(site: Site) -> Subscriber:
    """A customer as her shop's backend tells of her, with one browser that is known to be hers."""
    told: Json = {"first_name": "Alice", "street": "Elm Street", "email": "alice@shop.example"}
    accept_backend_request(
        site=site,
        body={
            "operations": [
                {**requests.attributes(**told), "external_id": ALICE},
                {**requests.event("purchase", properties={"order_id": "1001"}), "external_id": ALICE},
                {**requests.identify(ALICE), "subscriber": HER_BROWSER},
            ]
        },
        now=NOW,
    )
    drain_inbox(now=NOW)
    subscription = {"endpoint": HER_ENDPOINT, "keys": HER_KEYS}
    requests.post(requests.body(site, requests.subscribe(subscription=subscription), subscriber=HER_BROWSER))
    drain_inbox(now=NOW)
    return Subscriber.objects.get(site=site, external_id=ALICE)


def describe_customers(site: Site) -> Json:
    """All that is kept of whoever has a customer id: what a stranger may neither change nor add to."""
    customers = Subscriber.objects.filter(site=site).exclude(external_id="")
    ids = list(customers.values_list("pk", flat=True))
    return {
        "people": list(customers.order_by("pk").values()),
        "shells": list(Subscriber.objects.filter(merged_into__in=ids).order_by("pk").values("pk")),
        "names": list(Identity.objects.filter(subscriber__in=ids).order_by("pk").values()),
        "customer names": list(Identity.objects.filter(site=site, kind="external").order_by("pk").values()),
        "devices": [
            list(person.push_subscriptions.order_by("id").values()) for person in customers.order_by("pk")
        ],
        "events": list(Event.objects.filter(subscriber__in=ids).order_by("id").values("id", "subscriber_id")),
        "summaries": list(EventSummary.objects.filter(subscriber__in=ids).order_by("subscriber_id", "event_type_id").values()),
    }  # fmt: skip


def attack(
    site: Site, *operations: Json, browser: str = HIS_BROWSER, drain: bool = True, **values: Any
) -> Json:
    """What a stranger posts to the browser door; how it is answered."""
    response = requests.post(requests.body(site, *operations, subscriber=browser, **values))
    if drain:
        assert not drain_inbox(now=dt.datetime.now(dt.UTC)).failed
    answer: Json = {"status": response.status_code, **response.json()}
    return answer


def own_device(endpoint: str = HIS_ENDPOINT) -> Json:
    return requests.subscribe(endpoint)


def find_visitor(site: Site, browser: str = HIS_BROWSER) -> Subscriber:
    return Identity.objects.get(site=site, kind="anonymous", value=str(uuid.UUID(browser))).subscriber


def send_news(site: Site, rule: Json | None = None) -> dict[str, list[str]]:
    """A campaign about each one's order, to all or those of a rule: which endpoint got which texts."""
    now = dt.datetime.now(dt.UTC)
    campaign = factories.make_campaign(
        site,
        title="{{ subscriber.first_name | default: 'Nobody' }}, your order ships",
        body="It goes to {{ subscriber.street | default: 'no street' }}, says {{ subscriber.external_id | default: 'no id' }}",
        schedule=Campaign.Schedule.NOW,
    )
    if rule is not None:
        campaign.include_segments.set([factories.make_segment(site, rule=rule)])
        build_waiting(now=now)
    launch_campaign(campaign, now=now)
    plan_campaign(campaign, now=now)
    transport = MemoryTransport()
    deliver_due(now=now + dt.timedelta(seconds=5), transport=transport)
    got: dict[str, list[str]] = {}
    for push in transport.sent:
        message = json.loads(push.payload)
        got.setdefault(push.endpoint, []).append(f"{message['title']} {message['body']}")
    return got
