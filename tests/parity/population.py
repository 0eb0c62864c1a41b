"""Random people, written to the database in few statements."""

import datetime as dt
import uuid
from typing import Any

from hypothesis import strategies as st

from segments.models import Membership, Segment
from subscribers.ids import take_ids
from subscribers.models import PushSubscription, Site, Subscriber
from tests.factories import EVERYONE, NOW
from tests.parity import strategies as some
from tracking.log import append_events
from tracking.models import Event, EventType, LogStart

JSON = dict[str, Any]

events = st.fixed_dictionaries(
    {
        "name": st.sampled_from(some.EVENTS[:-1]),
        "occurred_at": some.instants,
        "properties": st.dictionaries(st.sampled_from(some.STORED_PROPERTIES), some.json_values, max_size=3)
        | (
            st.sampled_from(["https://shop.example/Sale/shoes", "https://shop.example/cart"]) | some.addresses
        ).map(lambda url: {"url": url})
        | st.fixed_dictionaries({"cart": some.things, "items": st.lists(some.things, max_size=3)})
        | st.integers(1, 3).map(lambda campaign: {"campaign": campaign}),
    }
)
words = st.sampled_from(["", "a", "B", "ä", "a\u0308", "DE", "%", " ", "a\u00a0", "https://a%20b", "ß"])
devices = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["mobile", "desktop"]),
        "os": words,
        "browser": words,
        "created_at": some.instants,
        "ended_at": st.none() | some.instants,
    }
)
people = st.fixed_dictionaries(
    {
        "attributes": st.dictionaries(st.sampled_from([*some.KEYS, "home"]), some.json_values, max_size=4),
        "country": words.filter(lambda word: len(word) <= 2),
        "city": words,
        "email": words,
        "claimed_id": words,
        "language": words,
        "timezone": words | st.sampled_from(["Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati"]),
        "place": st.none() | st.sampled_from(some.PLACES),
        "last_seen_at": some.instants,
        "devices": st.lists(devices, max_size=2),
        "events": st.lists(events, max_size=5),
        "segments": st.sets(st.integers(1, 2)),
    }
)
populations = st.lists(people, min_size=1, max_size=6)


def write_population(population: list[JSON]) -> Site:
    """A site with these people; its segments have the ids 1 and 2."""
    site = Site.objects.create(
        name="Parity", url="https://shop.example", contact_email="a@shop.example", timezone="Europe/Berlin"
    )
    types = {name: EventType.objects.create(site=site, name=name) for name in some.EVENTS[:-1]}
    for number in (1, 2):
        Segment.objects.create(pk=number, site=site, name=f"Segment {number}", rule=EVERYONE)
    subscribers = Subscriber.objects.bulk_create(
        take_ids(_make_subscriber(site, person) for person in population)
    )
    pairs = list(zip(subscribers, population, strict=True))
    PushSubscription.objects.bulk_create(
        _make_device(who, each) for who, person in pairs for each in person["devices"]
    )
    Membership.objects.bulk_create(
        Membership(subscriber=who, segment_id=number, entered_at=NOW)
        for who, person in pairs
        for number in person["segments"]
    )
    append_events(
        [
            Event(
                subscriber=who,
                event_type=types[each["name"]],
                occurred_at=each["occurred_at"],
                received_at=NOW,
                properties=each["properties"],
            )
            for who, person in pairs
            for each in person["events"]
        ]
    )
    return site


def cut_log(begins_at: dt.datetime, *, swept: bool = True) -> None:
    """The log forgets what is older. Not `swept`: the rows still lie there, as they do until the job has come by."""
    LogStart.objects.update_or_create(defaults={"begins_at": begins_at})
    if swept:
        Event.objects.filter(occurred_at__lt=begins_at).delete()


def _make_subscriber(site: Site, person: JSON) -> Subscriber:
    lat, lon = person["place"] or (None, None)
    texts = {
        field: person[field] for field in ("country", "city", "email", "claimed_id", "language", "timezone")
    }
    return Subscriber(
        site=site,
        attributes=person["attributes"],
        latitude=lat,
        longitude=lon,
        created_at=NOW - dt.timedelta(days=14),
        last_seen_at=person["last_seen_at"],
        **texts,
    )


def _make_device(who: Subscriber, device: JSON) -> PushSubscription:
    reason = PushSubscription.EndReason.GONE if device["ended_at"] else ""
    return PushSubscription(
        subscriber=who,
        endpoint=str(uuid.uuid4()),
        p256dh="",
        auth="",
        last_seen_at=NOW,
        end_reason=reason,
        **device,
    )
