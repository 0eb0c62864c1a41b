"""A site whose people live in all sorts of time zones, and days that pass by in steps."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.delivery import deliver_next
from campaigns.experiments import choose_due_winners
from campaigns.models import Campaign, Delivery
from campaigns.planning import plan_due_campaigns
from campaigns.tokens import DeliveryKey, read_token
from campaigns.transports.base import Push, Receipt
from campaigns.transports.memory import MemoryTransport
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories

STEP = dt.timedelta(minutes=30)
# Half and quarter hours, both ends of the world, clocks that are changed by half an hour, and two that are not known.
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Marquesas", "Pacific/Kiritimati", "Etc/GMT+12", "", "Mars/Olympus",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sending:
    """A push that went out: when, to whom, by which title."""

    at: dt.datetime
    key: DeliveryKey
    endpoint: str
    title: str


class Postbook(MemoryTransport):
    """Takes every push and writes it down."""

    def __init__(self) -> None:
        super().__init__()
        self.sendings: list[Sending] = []

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        for push in pushes:
            message = json.loads(push.payload)
            self.sendings.append(Sending(now, read_token(message["token"]), push.endpoint, message["title"]))
        return super().send_pushes(pushes, now=now)


def populate(site: Site, *, each: int) -> list[Subscriber]:
    """So many people in each zone: most with a device; of each zone one never had any, and one has it no more."""
    people = []
    for zone in ZONES:
        for number in range(each):
            person = factories.make_subscriber(site, timezone=zone, country="XX" if number == 2 else "DE")
            if number == 0:
                ended = {"ended_at": factories.NOW, "end_reason": PushSubscription.EndReason.UNSUBSCRIBED}
                factories.make_push_subscription(person, **ended)
            elif number > 1:
                factories.make_push_subscription(person)
            people.append(person)
    return people


def live_through(start: dt.datetime, end: dt.datetime, transport: MemoryTransport) -> None:
    """Let time pass from `start` to `end` in steps, with the ticks of all who work on campaigns at each."""
    now = start
    while now <= end:
        plan_due_campaigns(now=now)
        choose_due_winners(now=now)
        while deliver_next(now=now, transport=transport) is not None:
            pass
        now += STEP


def make_sent_lately(people: Sequence[Subscriber], *, at: dt.datetime) -> None:
    """Another campaign of the site reached these people at that instant."""
    campaign = factories.make_campaign(people[0].site, status=Campaign.Status.FINISHED, launched_at=at)
    for person in people:
        factories.make_delivery(
            campaign, person, status=Delivery.Status.SENT, sent_at=at, due_at=at, attempts=1
        )
    campaign.occurrences.update(planned_at=at, finished_at=at, audience=len(people))
