"""What a run means for one person: sent a version at an instant, or skipped for a reason. Planning and dry run ask here.

Pure: all that counts is in the terms of the run, in the person, and in the other pushes that they get.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from campaigns.assignment import OWN_LETTER, draw_version, is_tested
from campaigns.audience import Person
from campaigns.caps import exceeds
from campaigns.holdouts import is_control, is_held_out
from campaigns.models import Delivery
from campaigns.planning.terms import Slot, Terms

Reason = Delivery.Reason


class Decision(NamedTuple):
    """What was decided for one person. With a reason they are skipped: `due_at` is when they would have got it."""

    subscriber_id: int
    reason: str = ""
    due_at: dt.datetime | None = None  # None: they could not have got it
    variant: str = OWN_LETTER
    timezone: str = ""
    timezone_is_site_default: bool = False
    deferred: bool = False
    late: bool = False
    awaits_winner: bool = False

    @property
    def is_planned(self) -> bool:
        return not self.reason


def decide(terms: Terms, person: Person, others: Sequence[dt.datetime] = ()) -> Decision:
    """Decide for one person of the audience; `others` are the pushes that count towards their caps.

    Of several reasons for skipping somebody the first that holds is kept, in the order of these lines.
    """
    if person.excluded:
        return Decision(person.subscriber_id, Reason.EXCLUDED)
    if not person.reachable:
        reason = Reason.NEVER_SUBSCRIBED if person.reachable is None else Reason.UNSUBSCRIBED
        return Decision(person.subscriber_id, reason)
    uuid = str(person.uuid)
    slot = terms.find_slot(person.timezone, awaits_winner=must_wait(terms, person.uuid))
    variant = terms.winner or draw_version(terms.versions, terms.campaign.pk, uuid)
    return Decision(
        person.subscriber_id,
        _find_reason(terms, uuid, slot, others),
        slot.due_at,
        variant,
        slot.timezone,
        slot.timezone_is_site_default,
        slot.deferred,
        slot.late,
        slot.awaits_winner,
    )


def must_wait(terms: Terms, uuid: UUID) -> bool:
    """Whether somebody is not among those on whom the versions are tried."""
    return terms.is_test and not is_tested(terms.campaign, str(uuid))


def _find_reason(terms: Terms, uuid: str, slot: Slot, others: Sequence[dt.datetime]) -> str:
    if is_control(terms.campaign.site_id, terms.control_percent, uuid):
        return Reason.CONTROL_GROUP
    if is_held_out(terms.campaign, uuid):
        return Reason.HOLDOUT
    if slot.reason:  # too late, or in their quiet hours
        return slot.reason
    if terms.caps and exceeds(terms.caps, slot.due_at, others):
        return Reason.FREQUENCY_CAP
    return ""
