"""What workers do for tracking."""

from celery import shared_task
from django.utils import timezone

from tracking import draining, partitions, replays, retention
from tracking.waking import note_drain_began


@shared_task
def drain_inbox() -> None:
    note_drain_began()
    draining.drain_inbox(now=timezone.now())


@shared_task
def prepare_partitions() -> None:
    now = timezone.now()
    partitions.prepare_partitions(now=now)
    replays.forget_operations(now=now)


@shared_task
def forget_events() -> None:
    retention.forget_events(now=timezone.now())
