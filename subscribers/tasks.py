"""What workers do for subscribers."""

from celery import shared_task
from django.utils import timezone

from subscribers import attribute_moves, conversion
from subscribers.conversion import CONVERSION_TASK
from subscribers.idle import erase_idle_visitors
from subscribers.waking import note_began, wake


@shared_task(name=CONVERSION_TASK)
def convert_attributes() -> None:
    """Go on with attributes whose type changed; what is left waits behind other work."""
    note_began(CONVERSION_TASK)
    is_left = attribute_moves.move_attributes(clock=timezone.now)
    if conversion.convert_attributes(clock=timezone.now) or is_left:
        wake(CONVERSION_TASK)


@shared_task
def forget_visitors() -> None:
    """Erase visitors who stay away for longer than their site keeps them."""
    erase_idle_visitors(now=timezone.now())
