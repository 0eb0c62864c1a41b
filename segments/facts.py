"""Facts out of the database for the rule language's evaluator: everything a rule may ask of given subscribers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Any

from segments.models import Membership
from segments.rules.ast import PROFILE_FIELDS
from segments.rules.facts import DeviceFacts, EventFacts, ForgottenEvents, SubscriberFacts
from subscribers.models import PushSubscription, Subscriber
from tracking.log import find_log_start
from tracking.models import Event, EventSummary


def load_facts(subscriber_ids: Collection[int]) -> dict[int, SubscriberFacts]:
    """The facts of each subscriber by id, in five queries whatever their number; six where the log was cut.

    Events are those that the log knows; of older ones what their summaries remember.
    """
    subscribers = Subscriber.objects.in_bulk(subscriber_ids)
    begins_at = find_log_start(next(iter(subscribers.values())).site_id if subscribers else None)
    devices = _group(PushSubscription.objects.filter(subscriber_id__in=subscriber_ids))
    log, summaries = Event.objects.all(), EventSummary.objects.none()
    if begins_at:
        log, summaries = log.filter(occurred_at__gte=begins_at), EventSummary.objects.all()
    events = _group(log.filter(subscriber_id__in=subscriber_ids).select_related("event_type"))
    remembered = _group(summaries.filter(subscriber_id__in=subscriber_ids).select_related("event_type"))
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
            forgotten=_find_forgotten(remembered[subscriber.pk], events[subscriber.pk]),
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


def _find_forgotten(summaries: list[EventSummary], events: list[Event]) -> dict[str, ForgottenEvents]:
    """By name, what a summary counts and the log no longer holds."""
    kept = Counter(event.event_type_id for event in events)
    return {
        row.event_type.name: ForgottenEvents(
            count=row.count - kept[row.event_type_id],
            first_at=row.first_at,
            last_at=row.first_at if kept[row.event_type_id] else row.last_at,
        )
        for row in summaries
        if row.count > kept[row.event_type_id]
    }
