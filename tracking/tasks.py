"""What workers do for tracking."""

from celery import shared_task
from django.utils import timezone

from subscribers.waking import note_began
from tracking import draining, partitions, replays, retention
from tracking.inbox import DRAIN_TASK


@shared_task
def drain_inbox() -> None:
    note_began(DRAIN_TASK)
    draining.drain_inbox(now=timezone.now())


@shared_task
def prepare_partitions() -> None:
    now = timezone.now()
    partitions.prepare_partitions(now=now)
    replays.forget_operations(now=now)


@shared_task
def forget_events() -> None:
    retention.forget_events(now=timezone.now())
