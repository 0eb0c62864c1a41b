"""Handing work to the workers, once what it is about is committed."""

from collections.abc import Callable
from typing import ParamSpec

from celery import Task
from django.db import transaction

P = ParamSpec("P")


def queue_on_commit(task: Task[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Queue the task after the commit. A broker that is down must not fail what was saved: the next tick does it."""
    run: Callable[..., object] = task.delay
    transaction.on_commit(lambda: run(*args, **kwargs), robust=True)
