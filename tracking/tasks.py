"""What workers do for tracking."""

from celery import shared_task
from django.utils import timezone

from subscribers.waking import note_began, wake
from tracking import draining, partitions, replays, retention, site_retention, vocabulary
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


@shared_task(name=vocabulary.VOCABULARY_TASK)
def work_on_vocabulary() -> None:
    """Accept names that rules use, make room for new ones, and go on with events that move to other names."""
    note_began(vocabulary.VOCABULARY_TASK)
    if vocabulary.work_on_vocabulary(clock=timezone.now):
        wake(vocabulary.VOCABULARY_TASK)


@shared_task
def forget_events() -> None:
    retention.forget_events(now=timezone.now())
    site_retention.forget_of_sites(now=timezone.now())
