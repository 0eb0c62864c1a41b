"""The Celery application: workers run `celery -A config worker`, the clock `celery -A config beat`."""

import gc
import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("carillon", task_cls="config.ticks:Tick")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def spare_the_collector(**_: object) -> None:
    """What is loaded by now stays for good. Looking through it each time cost a tenth of a second in mid-batch."""
    gc.collect()
    gc.freeze()
