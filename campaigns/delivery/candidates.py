"""A last look before sending: who of a chunk is still to be sent something, and on which devices."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from campaigns.audience import find_excluded, find_left, find_survivors, refresh_segments
from campaigns.delivery.claims import Claim
from campaigns.delivery.outcomes import Outcome
from campaigns.delivery.retry import find_deadline
from campaigns.models import Campaign, Delivery
from segments.models import Segment
from subscribers.models import PushSubscription, Subscriber

_SEGMENT_AGE = dt.timedelta(seconds=10)
_MAX_DEVICES = 5  # to try one after the other, if the first ones turn out to be gone
Reason = Delivery.Reason
Status = Delivery.Status


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to be sent a message. `person` is whom the delivery's subscriber stands for today."""

    delivery: Delivery
    person: Subscriber
    devices: list[PushSubscription]


def look_again(claim: Claim, *, now: dt.datetime) -> tuple[list[Candidate], list[Outcome]]:
    """Sort a chunk into those to be sent to and those whose outcome is clear already."""
    campaign, deliveries = claim.campaign, claim.deliveries
    people = find_survivors([delivery.subscriber_id for delivery in deliveries])
    deliveries = [delivery for delivery in deliveries if delivery.subscriber_id in people]
    devices = find_devices({person.pk for person in people.values()})
    changed = _find_changed(campaign, {person.pk for person in people.values()})
    doubles = _find_doubles(deliveries, people)
    candidates, outcomes = [], []
    for delivery in deliveries:
        person = people[delivery.subscriber_id]
        if delivery.due_at and now > find_deadline(delivery.due_at, campaign.ttl):
            ending = (Status.EXPIRED, str(Reason.TTL))
        elif delivery.subscriber_id in doubles:
            ending = (Status.SKIPPED, str(Reason.MERGED))
        elif person.pk in changed:
            ending = (Status.SKIPPED, changed[person.pk])
        elif not devices[person.pk]:
            ending = (Status.SKIPPED, str(Reason.UNSUBSCRIBED))
        else:
            candidates.append(Candidate(delivery, person, devices[person.pk]))
            continue
        outcomes.append(Outcome(delivery.subscriber_id, person.pk, *ending))
    return candidates, outcomes


def find_devices(subscriber_ids: Collection[int]) -> defaultdict[int, list[PushSubscription]]:
    """Everybody's active devices, the one last seen first."""
    found: defaultdict[int, list[PushSubscription]] = defaultdict(list)
    active = PushSubscription.objects.active().filter(subscriber__in=subscriber_ids)
    for device in active.order_by("subscriber_id", "-last_seen_at"):
        if len(found[device.subscriber_id]) < _MAX_DEVICES:
            found[device.subscriber_id].append(device)
    return found


def refresh_audience(campaign: Campaign, *, now: dt.datetime) -> list[Segment]:
    """Where the audience is settled at delivery, see to it that its segments are fresh; those that are broken."""
    if campaign.audience_at != Campaign.AudienceAt.DELIVERY:
        return []
    return refresh_segments(campaign, now=now, max_age=_SEGMENT_AGE)


def _find_changed(campaign: Campaign, person_ids: set[int]) -> dict[int, str]:
    """Who is not in the audience any more, and why; only asked where the audience is settled at delivery."""
    if campaign.audience_at != Campaign.AudienceAt.DELIVERY:
        return {}
    left: dict[int, str] = dict.fromkeys(find_left(campaign, person_ids), Reason.LEFT_AUDIENCE)
    return left | dict.fromkeys(find_excluded(campaign, person_ids), Reason.EXCLUDED)


def _find_doubles(deliveries: Iterable[Delivery], people: dict[int, Subscriber]) -> set[int]:
    """Subscribers merged into somebody who is sent this occurrence anyway, as themselves or through another shell."""
    merged = [
        delivery for delivery in deliveries if people[delivery.subscriber_id].pk != delivery.subscriber_id
    ]
    if not merged:
        return set()
    rivals = _find_rivals(merged[0], {people[delivery.subscriber_id].pk for delivery in merged})
    return {
        delivery.subscriber_id
        for delivery in merged
        if any(_goes_first(rival, delivery, people) for rival in rivals)
    }


def _find_rivals(example: Delivery, person_ids: set[int]) -> list[tuple[int, int | None]]:
    """Subscriber and whom it was merged into, for each delivery that reaches one of these people, or decided not to.

    Those skipped because they had no device do not count: the device may have come with the merge.
    """
    same = Delivery.objects.filter(campaign=example.campaign_id, occurrence=example.occurrence)
    had_no_device = [Reason.NEVER_SUBSCRIBED, Reason.UNSUBSCRIBED, Reason.MERGED]
    rows = same.exclude(status=Status.SKIPPED, reason__in=had_no_device)
    own = rows.filter(subscriber__in=person_ids)
    shells = rows.filter(subscriber__merged_into__in=person_ids)
    columns = ("subscriber_id", "subscriber__merged_into_id")
    return [*own.values_list(*columns), *shells.values_list(*columns)]


def _goes_first(rival: tuple[int, int | None], delivery: Delivery, people: dict[int, Subscriber]) -> bool:
    """The person's own delivery goes before those of shells, and of shells the oldest goes first."""
    rival_id, merged_into = rival
    person_id = people[delivery.subscriber_id].pk
    return rival_id == person_id or (merged_into == person_id and rival_id < delivery.subscriber_id)
