"""What workers do for tracking."""

from celery import shared_task
from django.utils import timezone

from subscribers.waking import note_began
from tracking import draining, partitions, replays, retention, site_retention
from tracking.inbox import DRAIN_TASK
from tracking.patience import Patience

_patience = Patience()


@shared_task
def drain_inbox() -> None:
    """Whatever was put off waits for its time, however many requests come meanwhile."""
    note_began(DRAIN_TASK)
    now = timezone.now()
    if not _patience.must_wait(now=now):
        _patience.note(draining.drain_inbox(now=now).put_off, now=now)


@shared_task
def prepare_partitions() -> None:
    now = timezone.now()
    partitions.prepare_partitions(now=now)
    replays.forget_operations(now=now)


@shared_task
def forget_events() -> None:
    retention.forget_events(now=timezone.now())
    site_retention.forget_of_sites(now=timezone.now())
