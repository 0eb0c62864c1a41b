"""What workers do for subscribers."""

from celery import shared_task
from django.utils import timezone

from subscribers import conversion
from subscribers.conversion import CONVERSION_TASK
from subscribers.waking import note_began, wake


@shared_task(name=CONVERSION_TASK)
def convert_attributes() -> None:
    """Go on with attributes whose type changed; what is left waits behind other work."""
    note_began(CONVERSION_TASK)
    if conversion.convert_attributes(clock=timezone.now):
        wake(CONVERSION_TASK)
