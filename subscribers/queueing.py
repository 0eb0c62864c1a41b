"""Handing work to the workers, once what it is about is committed."""

from typing import ParamSpec

from celery import Task
from django.db import transaction

from subscribers.broker import publish

P = ParamSpec("P")


def queue_on_commit(task: Task[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Queue the task after the commit. A broker that is down must not fail what was saved: the next tick does it."""
    transaction.on_commit(lambda: publish(task.name, args, kwargs), robust=True)
