"""What a worker under test runs: the project's own Celery application and tasks, by the test's clock.

While it has a task in hand there is a file with its process id in FAULT_HOME/busy.
"""

import os
from pathlib import Path

from celery.signals import task_postrun, task_prerun

from config.celery import app
from tests.faults.clock import open_clock

__all__ = ["app"]

BUSY = Path(os.environ["FAULT_HOME"]) / "busy" / str(os.getpid())


@task_prerun.connect
def _begin(**_: object) -> None:
    BUSY.touch()


@task_postrun.connect
def _end(**_: object) -> None:
    BUSY.unlink(missing_ok=True)


open_clock().rule()
