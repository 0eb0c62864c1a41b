"""The devices on which a subscriber can be reached."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import F, QuerySet

from subscribers.changes import DEVICE, note_changes
from subscribers.models import PushSubscription, Subscriber
from subscribers.registrations import Devices, Offer, Registration

EndReason = PushSubscription.EndReason


def register_subscription(  # noqa: PLR0913 - what a browser hands over, by name
    subscriber: Subscriber,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    user_agent: str,
    now: dt.datetime,
    browser_uuid: uuid.UUID | None = None,
) -> Registration:
    """This device can be pushed to; the caller holds the subscriber's lock."""
    devices = Devices(subscriber.site_id)
    offer = Offer(endpoint, p256dh, auth, user_agent, browser_uuid)
    registration = devices.register(subscriber.pk, offer, now=now)
    note_changes(subscriber.site_id, {DEVICE: devices.write()}, now=now)
    return registration


@transaction.atomic
def end_subscription(subscription: PushSubscription, *, reason: EndReason, now: dt.datetime) -> None:
    """The first end stands: one that is already over keeps its time and reason."""
    PushSubscription.objects.active().filter(pk=subscription.pk).update(ended_at=now, end_reason=reason)
    subscription.refresh_from_db(fields=["ended_at", "end_reason"])
    note_changes(subscription.subscriber.site_id, {DEVICE: [subscription.subscriber_id]}, now=now)


@transaction.atomic
def end_subscriptions(
    site_id: int, keys: Collection[tuple[int, str]], *, reason: EndReason, now: dt.datetime
) -> None:
    """The same for many devices of a site, by subscriber and id."""
    if not keys:
        return
    _find_active(keys).update(ended_at=now, end_reason=reason)
    note_changes(site_id, {DEVICE: [pk for pk, _ in keys]}, now=now)


@transaction.atomic
def note_refusals(
    site_id: int,
    refused: Collection[tuple[int, str]],
    taken: Collection[tuple[int, str]],
    *,
    most: int,
    now: dt.datetime,
) -> None:
    """Devices, by subscriber and id, that their push service refused for good, and such that it took after all.

    Who is refused `most` times in a row is ended.
    """
    _find_active(taken).exclude(refusals=0).update(refusals=0)
    if not refused:
        return
    _find_active(refused).update(refusals=F("refusals") + 1)
    worn = _find_active(refused).filter(refusals__gte=most).values_list("subscriber_id", "id")
    end_subscriptions(site_id, [(pk, str(device)) for pk, device in worn], reason=EndReason.REFUSED, now=now)


def _find_active(keys: Collection[tuple[int, str]]) -> QuerySet[PushSubscription]:
    ids = {uuid.UUID(device_id) for _, device_id in keys}
    return PushSubscription.objects.active().filter(subscriber__in={pk for pk, _ in keys}, id__in=ids)


def end_all_subscriptions(
    subscriber: Subscriber, *, reason: EndReason, now: dt.datetime, browser_uuid: uuid.UUID | None = None
) -> int:
    """End all of a subscriber's devices, or only those of one browser (and those of whose browser we do not know)."""
    devices = Devices(subscriber.site_id)
    ended = devices.end_all(subscriber.pk, reason=reason, now=now, browser_uuid=browser_uuid)
    note_changes(subscriber.site_id, {DEVICE: devices.write()}, now=now)
    return ended


def hand_over_browser(
    browser_uuid: uuid.UUID, *, giver: Subscriber, taker: Subscriber, now: dt.datetime
) -> None:
    """Another person uses this browser now, so its pushes are for them."""
    devices = Devices(taker.site_id)
    for device in PushSubscription.objects.active().filter(subscriber=giver, browser_uuid=browser_uuid):
        offer = Offer(
            device.endpoint,
            device.p256dh,
            device.auth,
            browser_uuid=browser_uuid,
            kind=device.kind,
            os=device.os,
            browser=device.browser,
        )
        devices.register(taker.pk, offer, now=now)
    note_changes(taker.site_id, {DEVICE: devices.write()}, now=now)


def move_subscriptions(*, giver: Subscriber, taker: Subscriber) -> None:
    """All devices of one who turned out to be `taker`; of the same endpoint on both sides the later seen stays.

    Rows are copied and deleted, since `subscriber_id` decides on which machine a row lies (docs/decisions).
    """
    theirs = {device.endpoint: device for device in taker.push_subscriptions.all()}
    for device in list(giver.push_subscriptions.all()):
        same = theirs.get(device.endpoint)
        if same and same.last_seen_at >= device.last_seen_at:
            continue
        if same:
            PushSubscription.objects.filter(pk=same.pk).delete()
        device.subscriber = taker
        device.save(force_insert=True)
    giver.push_subscriptions.all().delete()
