"""What devices report back: a push was displayed, clicked or dismissed."""

import datetime as dt
import functools

from django.db import transaction

from campaigns.assignment import OWN_LETTER
from campaigns.audience import find_survivors
from campaigns.events import make_push_event
from campaigns.models import Campaign, Delivery, Message
from campaigns.rendering import list_buttons
from campaigns.tokens import DeliveryKey, InvalidTokenError, read_token
from tracking.log import record_events

KINDS = ("displayed", "clicked", "dismissed")
Status = Delivery.Status

# Nothing else is written: senders and planning may know better.
_MARKED = ("status", "sent_at", "displayed_at", "clicked_at", "clicked_action", "dismissed_at")
_DELETED = "The campaign or the person that this token is about was deleted."
_ENDED_OTHERWISE = (Status.FAILED, Status.EXPIRED, Status.SKIPPED)


class FeedbackError(ValueError):
    """Feedback that cannot be taken; says what would be right."""


@transaction.atomic
def record_feedback(
    token: str, kind: str, *, action: str = "", at: dt.datetime | None = None, now: dt.datetime
) -> None:
    """Mark a delivery and add to its person's log. The same report twice changes nothing; statuses only move forward.

    `at` is what the device's clock says: it counts only between when the push was sent and `now`.
    """
    if kind not in KINDS:
        raise FeedbackError(f"The kind is one of {', '.join(KINDS)}.")
    delivery = _find_delivery(token)
    at = min(max(at or now, delivery.sent_at or now), now)
    action = action if kind == "clicked" and action in _list_actions(delivery) else ""
    if kinds := _mark(delivery, kind, action=action, at=at, now=now):
        _record(delivery, kinds, action=action, at=at, now=now)


def find_asked(token: str) -> tuple[int, int]:
    """The site and the person that a token is about, before anything is asked of what became of the message."""
    key = _read_token(token)
    return _find_site(key.campaign_id), key.subscriber_id


@functools.lru_cache(maxsize=4096)
def _find_site(campaign_id: int) -> int:
    """It never changes."""
    site_id = Campaign.objects.filter(pk=campaign_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise FeedbackError(_DELETED)
    return site_id


def _read_token(token: str) -> DeliveryKey:
    try:
        return read_token(token)
    except InvalidTokenError as error:
        raise FeedbackError(str(error)) from error


def _find_delivery(token: str) -> Delivery:
    key = _read_token(token)
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("campaign__site")
    delivery = rows.filter(pk=tuple(key)).first()
    if delivery is None:
        raise FeedbackError(_DELETED)
    return delivery


def _list_actions(delivery: Delivery) -> list[str]:
    """What the buttons of the version that this person got are called."""
    message: Message = delivery.campaign
    if delivery.variant != OWN_LETTER:
        message = delivery.campaign.variants.filter(letter=delivery.variant).first() or message
    return [f"a{number}" for number, _ in enumerate(list_buttons(message), start=1)]


def _mark(delivery: Delivery, kind: str, *, action: str, at: dt.datetime, now: dt.datetime) -> list[str]:
    """Move the delivery forward; the kinds of event that are new. What was clicked or closed was displayed first."""
    new = []
    if delivery.status in (Status.PLANNED, Status.SENDING):
        # The device was faster than the push service's receipt, or that got lost.
        delivery.sent_at, delivery.status = now, Status.SENT
        new.append("sent")
    if delivery.displayed_at is None:
        delivery.displayed_at = at
        new.append("displayed")
    if kind == "clicked" and delivery.clicked_at is None:
        delivery.clicked_at, delivery.clicked_action = at, action
        delivery.dismissed_at = (
            None  # what a click closes was not dismissed, in whatever order the two are told
        )
        new.append(kind)
    if kind == "dismissed" and delivery.dismissed_at is None and delivery.clicked_at is None:
        delivery.dismissed_at = at
        new.append(kind)
    if delivery.status not in _ENDED_OTHERWISE:
        delivery.status = Status.CLICKED if delivery.clicked_at else Status.DISPLAYED
    if new:
        delivery.save(update_fields=_MARKED)
    return new


def _record(delivery: Delivery, kinds: list[str], *, action: str, at: dt.datetime, now: dt.datetime) -> None:
    campaign = delivery.campaign
    person = find_survivors([delivery.subscriber_id])[delivery.subscriber_id]
    key = DeliveryKey(delivery.campaign_id, delivery.occurrence, delivery.subscriber_id)
    events = [
        make_push_event(
            campaign, key, kind, person_id=person.pk, at=at, action=action if kind == "clicked" else ""
        )
        for kind in kinds
    ]
    record_events(campaign.site, events, received_at=now)
