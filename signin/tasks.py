"""What workers do for signing in."""

from celery import shared_task
from django.utils import timezone

from signin.ending import forget_ended
from signin.mail import SEND_TASK, send_due_mails
from signin.resets import answer_requests
from subscribers.waking import note_began


@shared_task
def send_mails() -> None:
    note_began(SEND_TASK)
    now = timezone.now()
    answer_requests(now=now)
    send_due_mails(now=now)


@shared_task
def forget_sessions() -> None:
    forget_ended(now=timezone.now())
