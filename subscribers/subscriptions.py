"""The devices on which a subscriber can be reached."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from subscribers.changes import DEVICE, note_changes
from subscribers.devices import parse_user_agent
from subscribers.models import PushSubscription, Subscriber

EndReason = PushSubscription.EndReason


class Registration(NamedTuple):
    """`begins` if the device could not be reached before: it is new, or had ended."""

    device: PushSubscription
    begins: bool


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
    """This device can be pushed to; the caller holds the subscriber's lock.

    An endpoint is one person's at a time and a browser has one endpoint at a time: others are ended as replaced.
    """
    others = PushSubscription.objects.active().filter(subscriber__site=subscriber.site_id)
    same_device = Q(endpoint=endpoint) & ~Q(subscriber=subscriber)
    if browser_uuid:
        same_device |= Q(subscriber=subscriber, browser_uuid=browser_uuid) & ~Q(endpoint=endpoint)
    replaced = others.filter(same_device)
    concerned = [*replaced.values_list("subscriber_id", flat=True), subscriber.pk]
    note_changes(subscriber.site_id, {DEVICE: concerned}, now=now)
    replaced.update(ended_at=now, end_reason=EndReason.REPLACED)

    subscription = PushSubscription.objects.filter(subscriber=subscriber, endpoint=endpoint).first()
    known = subscription is not None
    subscription = subscription or PushSubscription(subscriber=subscriber, endpoint=endpoint, ended_at=now)
    begins = subscription.ended_at is not None
    if begins:
        subscription.created_at = now
    subscription.p256dh, subscription.auth = p256dh, auth
    subscription.last_seen_at, subscription.ended_at, subscription.end_reason = now, None, ""
    subscription.browser_uuid = browser_uuid or subscription.browser_uuid
    if user_agent:
        subscription.kind, subscription.os, subscription.browser = parse_user_agent(user_agent)
    subscription.save(force_insert=not known, force_update=known)
    return Registration(subscription, begins)


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
    ids = {uuid.UUID(device_id) for _, device_id in keys}
    devices = PushSubscription.objects.active().filter(subscriber__in={pk for pk, _ in keys}, id__in=ids)
    devices.update(ended_at=now, end_reason=reason)
    note_changes(site_id, {DEVICE: [pk for pk, _ in keys]}, now=now)


def end_all_subscriptions(
    subscriber: Subscriber, *, reason: EndReason, now: dt.datetime, browser_uuid: uuid.UUID | None = None
) -> int:
    """End all of a subscriber's devices, or only those of one browser (and those of whose browser we do not know)."""
    devices = PushSubscription.objects.active().filter(subscriber=subscriber)
    if browser_uuid:
        devices = devices.filter(Q(browser_uuid=browser_uuid) | Q(browser_uuid=None))
    note_changes(subscriber.site_id, {DEVICE: [subscriber.pk]}, now=now)
    return devices.update(ended_at=now, end_reason=reason)


def hand_over_browser(
    browser_uuid: uuid.UUID, *, giver: Subscriber, taker: Subscriber, now: dt.datetime
) -> None:
    """Another person uses this browser now, so its pushes are for them."""
    for device in PushSubscription.objects.active().filter(subscriber=giver, browser_uuid=browser_uuid):
        taken, _ = register_subscription(
            taker,
            endpoint=device.endpoint,
            p256dh=device.p256dh,
            auth=device.auth,
            user_agent="",
            now=now,
            browser_uuid=browser_uuid,
        )
        taken.kind, taken.os, taken.browser = device.kind, device.os, device.browser
        taken.save(update_fields=["kind", "os", "browser"])


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
