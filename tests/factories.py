"""Objects for tests: each function makes one valid thing, and takes by name what the test is about."""

import datetime as dt
import itertools
import uuid
from typing import Any

from django.contrib.auth.models import Group, User

from access.models import SiteMember
from campaigns.models import Campaign, Delivery, Occurrence
from segments.models import Segment
from subscribers.changes import DEVICE, PERSON, name_event, note_changes
from subscribers.models import Attribute, Place, PushSubscription, Site, Subscriber
from subscribers.profiles import find_changed_topics, read_topics
from tracking.log import append_events
from tracking.models import Event, EventType

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
EVERYONE: dict[str, Any] = {"version": 1, "root": {"type": "group", "match": "all", "conditions": []}}

_numbers = itertools.count(1)


def make_site(**values: Any) -> Site:
    number = next(_numbers)
    defaults = {
        "name": f"Shop {number}",
        "url": "https://shop.example",
        "contact_email": "push@shop.example",
        "personal_fields": [],  # as of one from before; a new one hides e-mail addresses
    }
    return Site.objects.create(**{**defaults, **values})


def make_subscriber(site: Site, **values: Any) -> Subscriber:
    """Somebody new, noted as such for the segments that follow."""
    defaults = {"site": site, "created_at": NOW - dt.timedelta(days=90), "last_seen_at": NOW}
    subscriber = Subscriber.objects.create(**{**defaults, **values})
    note_changes(subscriber.site_id, {PERSON: [subscriber.pk]}, now=NOW)
    return subscriber


def change_subscriber(subscriber: Subscriber, *, at: dt.datetime = NOW, **values: Any) -> None:
    """Know something else of somebody, and note it as the doors would."""
    before = read_topics(subscriber)
    for field, value in values.items():
        setattr(subscriber, field, value)
    subscriber.save()
    topics = find_changed_topics(before, read_topics(subscriber))
    note_changes(subscriber.site_id, {topic: [subscriber.pk] for topic in topics}, now=at)


def make_push_subscription(subscriber: Subscriber, **values: Any) -> PushSubscription:
    """An active device; give `ended_at` and `end_reason` for one that is not."""
    defaults = {
        "subscriber": subscriber,
        "endpoint": f"https://fcm.googleapis.com/fcm/send/{uuid.uuid4()}",
        "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
        "auth": "tBHItJI5svbpez7KI4CCXg",
        "created_at": NOW - dt.timedelta(days=30),
        "last_seen_at": NOW,
    }
    note_changes(subscriber.site_id, {DEVICE: [subscriber.pk]}, now=NOW)
    return PushSubscription.objects.create(**{**defaults, **values})


def make_attribute(site: Site, key: str, type: str = Attribute.Type.TEXT) -> Attribute:  # noqa: A002
    return Attribute.objects.create(site=site, key=key, type=type)


def make_place(site: Site, **values: Any) -> Place:
    defaults = {"site": site, "name": "Berlin store", "latitude": 52.52, "longitude": 13.405}
    return Place.objects.create(**{**defaults, **values})


def make_event(subscriber: Subscriber, name: str, at: dt.datetime = NOW, **properties: Any) -> Event:
    """One event in the log, counted in the summary and noted as ingestion would."""
    event_type, _ = EventType.objects.get_or_create(site_id=subscriber.site_id, name=name)
    event = Event(
        subscriber=subscriber, event_type=event_type, occurred_at=at, received_at=at, properties=properties
    )
    append_events([event])
    note_changes(subscriber.site_id, {name_event(name): [subscriber.pk]}, now=max(at, NOW), earliest_at=at)
    return event


def make_segment(site: Site, rule: dict[str, Any] | None = None, **values: Any) -> Segment:
    """A saved segment whose members are not built yet."""
    defaults = {"site": site, "name": f"Segment {next(_numbers)}", "rule": rule or EVERYONE}
    return Segment.objects.create(**{**defaults, **values})


def make_list(site: Site, **values: Any) -> Segment:
    """A static segment, with nobody on its list."""
    defaults = {"name": f"List {next(_numbers)}", "status": Segment.Status.READY, "refreshed_at": NOW}
    return Segment.objects.create(
        **{**defaults, "site": site, "kind": Segment.Kind.STATIC, "rule": None, **values}
    )


def make_campaign(site: Site, **values: Any) -> Campaign:
    defaults = {
        "site": site,
        "name": f"Campaign {next(_numbers)}",
        "title": "Your cart is waiting",
        "body": "Come back and take 10 % off.",
        "link_url": "https://shop.example/cart",
    }
    return Campaign.objects.create(**{**defaults, **values})


def make_occurrence(campaign: Campaign, **values: Any) -> Occurrence:
    """A run of a campaign, not planned yet unless `planned_at` says so."""
    number = values.pop("number", 1)
    return Occurrence.objects.get_or_create(
        campaign=campaign, number=number, defaults={"as_of": NOW, **values}
    )[0]


def make_delivery(campaign: Campaign, subscriber: Subscriber, **values: Any) -> Delivery:
    """Somebody's delivery in the first run of a campaign, or in `occurrence`."""
    make_occurrence(campaign, number=values.get("occurrence", 1))
    return Delivery.objects.create(campaign=campaign, subscriber=subscriber, **values)


def make_user(*groups: str, memberships: dict[Site, str] | None = None, **values: Any) -> User:
    """Staff: in the named groups (on every site), or members of some sites; `is_superuser=True` for the administrator."""
    defaults = {"username": f"user{next(_numbers)}", "is_staff": True}
    user = User.objects.create_user(password="correct horse", **{**defaults, **values})
    user.groups.set(Group.objects.filter(name__in=groups))
    for site, role in (memberships or {}).items():
        SiteMember.objects.create(user=user, site=site, role=role)
    return user
