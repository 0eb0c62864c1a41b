"""A last look before sending: who of a chunk is still to be sent something, and on which devices."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import NamedTuple

from campaigns.audience import find_excluded, find_left, refresh_segments
from campaigns.delivery.claims import Claim
from campaigns.delivery.people import Device, Needs, Person, read_people
from campaigns.delivery.retry import find_deadline
from campaigns.delivery.rows import ClaimedRow, Outcome
from campaigns.models import Campaign, Delivery
from segments.models import Segment

_SEGMENT_AGE = dt.timedelta(seconds=10)
Reason = Delivery.Reason
Status = Delivery.Status


class Candidate(NamedTuple):
    """Somebody to be sent a message. `person` is whom the delivery's subscriber stands for today."""

    row: ClaimedRow
    person: Person
    devices: list[Device]


def look_again(
    claim: Claim, needs: Needs, closed: Mapping[str, dt.datetime], *, now: dt.datetime
) -> tuple[list[Candidate], list[Outcome]]:
    """Sort a chunk into those to be sent to and those whose outcome is clear already.

    `closed`: push services that are to be left alone, and until when.
    """
    campaign = claim.campaign
    people = read_people([row.subscriber_id for row in claim.rows], needs)
    rows = [row for row in claim.rows if row.subscriber_id in people]
    changed = _find_changed(campaign, {person.id for person in people.values()})
    doubles = _find_doubles(claim, people)
    candidates, outcomes = [], []
    for row in rows:
        person = people[row.subscriber_id]
        devices, opens_at = _choose_devices(campaign, person, closed)
        if now > find_deadline(row.due_at, campaign.ttl):
            outcome = settle(row, person, Status.EXPIRED, Reason.TTL)
        elif row.subscriber_id in doubles:
            outcome = settle(row, person, Status.SKIPPED, Reason.MERGED)
        elif person.id in changed:
            outcome = settle(row, person, Status.SKIPPED, changed[person.id])
        elif not person.devices:
            outcome = settle(row, person, Status.SKIPPED, Reason.UNSUBSCRIBED)
        elif not devices:
            outcome = settle(row, person, Status.PLANNED, retry_at=opens_at)
        else:
            candidates.append(Candidate(row, person, devices))
            continue
        outcomes.append(outcome)
    return candidates, outcomes


def settle(
    row: ClaimedRow,
    person: Person,
    status: Delivery.Status,
    reason: str = "",
    retry_at: dt.datetime | None = None,
) -> Outcome:
    """What becomes of somebody to whom nothing was sent."""
    return Outcome(
        row.subscriber_id, person.id, row.attempt, status, str(reason), retry_at=retry_at, untried=True
    )


def refresh_audience(campaign: Campaign, *, now: dt.datetime) -> list[Segment]:
    """Where the audience is settled at delivery, see to it that its segments are fresh; those that are broken."""
    if campaign.audience_at != Campaign.AudienceAt.DELIVERY:
        return []
    return refresh_segments(campaign, now=now, max_age=_SEGMENT_AGE)


def _choose_devices(
    campaign: Campaign, person: Person, closed: Mapping[str, dt.datetime]
) -> tuple[list[Device], dt.datetime | None]:
    """The devices to try now; if there are none, when there will be.

    Who is sent to on one device waits for it. Who is sent to on all gets it on those that can be reached.
    """
    if not closed or not person.devices:
        return person.devices, None
    if campaign.devices == Campaign.Devices.LAST_SEEN:
        opens_at = closed.get(person.devices[0].host)
        return (person.devices, None) if opens_at is None else ([], opens_at)
    reached = [device for device in person.devices if device.host not in closed]
    return reached, min(closed[device.host] for device in person.devices) if not reached else None


def _find_changed(campaign: Campaign, person_ids: set[int]) -> dict[int, str]:
    """Who is not in the audience any more, and why; only asked where the audience is settled at delivery."""
    if campaign.audience_at != Campaign.AudienceAt.DELIVERY:
        return {}
    left: dict[int, str] = dict.fromkeys(find_left(campaign, person_ids), Reason.LEFT_AUDIENCE)
    return left | dict.fromkeys(find_excluded(campaign, person_ids), Reason.EXCLUDED)


def _find_doubles(claim: Claim, people: Mapping[int, Person]) -> set[int]:
    """Subscribers merged into somebody who is sent this occurrence anyway, as themselves or through another shell."""
    merged = {pk: person.id for pk, person in people.items() if person.id != pk}
    if not merged:
        return set()
    rivals = _find_rivals(claim, set(merged.values()))
    return {
        pk for pk, person_id in merged.items() if any(_goes_first(rival, pk, person_id) for rival in rivals)
    }


def _find_rivals(claim: Claim, person_ids: Collection[int]) -> list[tuple[int, int | None]]:
    """Subscriber and whom it was merged into, for each delivery that reaches one of these people, or decided not to.

    Those skipped because they had no device do not count: the device may have come with the merge.
    """
    same = Delivery.objects.filter(campaign=claim.batch.campaign_id, occurrence=claim.batch.occurrence)
    had_no_device = [Reason.NEVER_SUBSCRIBED, Reason.UNSUBSCRIBED, Reason.MERGED]
    rows = same.exclude(status=Status.SKIPPED, reason__in=had_no_device)
    own = rows.filter(subscriber__in=person_ids)
    shells = rows.filter(subscriber__merged_into__in=person_ids)
    columns = ("subscriber_id", "subscriber__merged_into_id")
    return [*own.values_list(*columns), *shells.values_list(*columns)]


def _goes_first(rival: tuple[int, int | None], subscriber_id: int, person_id: int) -> bool:
    """The person's own delivery goes before those of shells, and of shells the oldest goes first."""
    rival_id, merged_into = rival
    return rival_id == person_id or (merged_into == person_id and rival_id < subscriber_id)
