"""Mails to staff: a row first, so that no page waits for a mail server and none is lost; a worker sends them."""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string

from signin.models import OutgoingMail
from subscribers.waking import wake

SEND_TASK = "signin.tasks.send_mails"
# Whoever sends one has so long for it; then another worker tries. Each time it waits longer.
_LEASE = dt.timedelta(minutes=2)
_LONGEST_PAUSE = dt.timedelta(hours=1)
# Links in them are not good for longer.
_GIVEN_UP_AFTER = dt.timedelta(days=1)

logger = logging.getLogger(__name__)


def can_send() -> bool:
    return bool(settings.EMAIL_HOST)


def queue_mail(recipient: str, template: str, facts: dict[str, Any], *, now: dt.datetime) -> None:
    """A mail from the two text templates that begin with `template`. Part of the caller's transaction."""
    if not can_send():
        logger.warning("No mail is sent to %s: EMAIL_URL is not set", recipient)
        return
    subject = " ".join(render_to_string(f"{template}_subject.txt", facts).split())
    text = render_to_string(f"{template}_message.txt", facts).strip() + "\n"
    OutgoingMail.objects.create(
        recipient=recipient, subject=subject[:200], text=text, queued_at=now, due_at=now
    )
    wake(SEND_TASK)


def send_due_mails(*, now: dt.datetime) -> int:
    """Send what waits, one after the other, each claimed before it is sent. How many were taken."""
    sent = 0
    for pk in list(
        OutgoingMail.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:500]
    ):
        claimed = OutgoingMail.objects.filter(pk=pk, due_at__lte=now).update(
            due_at=now + _LEASE, tries=F("tries") + 1
        )
        if claimed:
            sent += _send(OutgoingMail.objects.get(pk=pk), now=now)
    return sent


def _send(mail: OutgoingMail, *, now: dt.datetime) -> bool:
    try:
        EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.recipient]).send()
    except (SMTPException, OSError) as error:
        _put_off(mail, error, now=now)
        return False
    mail.delete()
    return True


def _put_off(mail: OutgoingMail, error: Exception, *, now: dt.datetime) -> None:
    if now - mail.queued_at > _GIVEN_UP_AFTER:
        logger.error("A mail to %s could not be sent for a day and is given up: %s", mail.recipient, error)
        mail.delete()
        return
    logger.warning("A mail to %s could not be sent and is tried again: %s", mail.recipient, error)
    mail.due_at = now + min(dt.timedelta(seconds=15 * 2**mail.tries), _LONGEST_PAUSE)
    mail.save(update_fields=["due_at"])
