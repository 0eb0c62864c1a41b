"""Who a browser's visitor is, once it is proven: a mere claim never gets here."""

import datetime as dt
import uuid

from subscribers.attribute_times import merge_attributes
from subscribers.changes import DEVICE, PERSON, name_profile, note_changes
from subscribers.identities import find_or_create_subscriber, find_subscriber, lock_subscribers
from subscribers.models import Identity, Subscriber
from subscribers.profiles import PLACE_FIELDS, WRITTEN_FIELDS
from subscribers.subscriptions import hand_over_browser, move_subscriptions


def identify_subscriber(
    subscriber: Subscriber, *, external_id: str, browser_uuid: uuid.UUID, now: dt.datetime
) -> Subscriber:
    """The person whom this browser's operations are about from now on. The caller holds `subscriber`'s lock.

    - An anonymous subscriber whose customer id is new becomes known.
    - An anonymous subscriber whose customer id is already somebody's is merged into them: `merged_into` is set,
      and the caller moves what lies above this app (the events).
    - A subscriber known by another id is not the same person: somebody else logged in on a shared device.
      Nothing is merged. The browser and its push subscriptions go to the person who uses it now, as in
      Customer.io and Braze; what was done before stays with whom it was recorded for.
    """
    if subscriber.external_id == external_id:
        return subscriber
    if subscriber.external_id:
        return _hand_over(subscriber, external_id=external_id, browser_uuid=browser_uuid, now=now)
    Identity.objects.bulk_create(
        [
            Identity(
                site_id=subscriber.site_id,
                kind=Identity.Kind.EXTERNAL,
                value=external_id,
                subscriber=subscriber,
            )
        ],
        ignore_conflicts=True,
    )
    holder = find_subscriber(site=subscriber.site, kind=Identity.Kind.EXTERNAL, value=external_id)
    if holder and holder.pk != subscriber.pk:
        return merge_subscribers(subscriber, lock_subscribers([holder.pk])[holder.pk], now=now)
    changed = ["external_id", "claimed_id"] if subscriber.claimed_id else ["external_id"]
    subscriber.external_id, subscriber.claimed_id = external_id, ""
    subscriber.save(update_fields=WRITTEN_FIELDS)
    note_changes(subscriber.site_id, {name_profile(field): [subscriber.pk] for field in changed}, now=now)
    return subscriber


def _hand_over(
    giver: Subscriber, *, external_id: str, browser_uuid: uuid.UUID, now: dt.datetime
) -> Subscriber:
    taker = find_or_create_subscriber(
        site=giver.site, kind=Identity.Kind.EXTERNAL, value=external_id, source=giver.source, now=now
    )
    browser = Identity.objects.filter(
        site=giver.site, kind=Identity.Kind.ANONYMOUS, value=str(browser_uuid), subscriber=giver
    )
    browser.update(subscriber=taker)
    hand_over_browser(browser_uuid, giver=giver, taker=taker, now=now)
    note_changes(giver.site_id, {DEVICE: [giver.pk, taker.pk]}, now=now)
    return taker


def merge_subscribers(shell: Subscriber, survivor: Subscriber, *, now: dt.datetime) -> Subscriber:
    """What the survivor knows of themselves wins, also that something is gone; the other fills the gaps.

    The caller holds both locks, and moves what lies above this app (the events).
    """
    note_changes(survivor.site_id, {PERSON: [shell.pk, survivor.pk]}, now=now)
    Identity.objects.filter(subscriber=shell).update(subscriber=survivor)
    move_subscriptions(giver=shell, taker=survivor)
    taken_back = survivor.attribute_times.keys() - survivor.attributes.keys()
    merge_attributes(giver=shell, taker=survivor)
    taken_back -= survivor.attributes.keys()
    if not survivor.country and "country" not in taken_back:
        for field in PLACE_FIELDS:
            setattr(survivor, field, getattr(shell, field))
    for field in {"email", "timezone", "language"} - taken_back:
        setattr(survivor, field, getattr(survivor, field) or getattr(shell, field))
    survivor.created_at = min(survivor.created_at, shell.created_at)
    survivor.last_seen_at = max(survivor.last_seen_at, shell.last_seen_at)
    shell.merged_into, shell.merged_at, shell.claimed_id = survivor, now, ""
    for person in (survivor, shell):
        person.save(update_fields=WRITTEN_FIELDS)
    return survivor
