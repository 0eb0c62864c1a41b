"""Facts out of the database for the rule language's evaluator: everything a rule may ask of given subscribers."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Any

from segments.models import Membership
from segments.rules.ast import PROFILE_FIELDS
from segments.rules.facts import DeviceFacts, EventFacts, SubscriberFacts
from subscribers.models import PushSubscription, Subscriber
from tracking.models import Event


def load_facts(subscriber_ids: Collection[int]) -> dict[int, SubscriberFacts]:
    """The facts of each subscriber by id, in four queries whatever their number."""
    subscribers = Subscriber.objects.in_bulk(subscriber_ids)
    devices = _group(PushSubscription.objects.filter(subscriber_id__in=subscriber_ids))
    events = _group(Event.objects.filter(subscriber_id__in=subscriber_ids).select_related("event_type"))
    memberships = _group(Membership.objects.filter(subscriber_id__in=subscriber_ids))
    return {
        subscriber.pk: SubscriberFacts(
            attributes=subscriber.attributes,
            uuid=str(subscriber.uuid),
            profile={field: getattr(subscriber, field) for field in PROFILE_FIELDS},
            latitude=subscriber.latitude,
            longitude=subscriber.longitude,
            devices=tuple(map(_read_device, devices[subscriber.pk])),
            events=tuple(map(_read_event, events[subscriber.pk])),
            segments=frozenset(row.segment_id for row in memberships[subscriber.pk]),
        )
        for subscriber in subscribers.values()
    }


def _group(rows: Iterable[Any]) -> dict[int, list[Any]]:
    groups = defaultdict(list)
    for row in rows:
        groups[row.subscriber_id].append(row)
    return groups


def _read_device(row: PushSubscription) -> DeviceFacts:
    return DeviceFacts(*attrgetter("kind", "os", "browser", "created_at", "ended_at")(row))


def _read_event(row: Event) -> EventFacts:
    return EventFacts(row.event_type.name, row.occurred_at, row.properties)
