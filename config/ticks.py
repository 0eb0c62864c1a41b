"""What every job does before it begins: compare this machine's clock with the database's (config/celery.py)."""

import logging
import socket
from typing import Any

from celery import Task

from subscribers.clocks import is_astray, measure_lead, note_agrees, note_astray, say_lead

logger = logging.getLogger(__name__)


class Tick(Task):  # type: ignore[type-arg]  # generic for the type checker alone
    """A job is left to a machine whose clock is right: by a wrong one it would forget, send or freeze what is not due."""

    abstract = True
    _was_astray = False  # of this process

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        lead = measure_lead()
        machine = socket.gethostname()
        if is_astray(lead):
            logger.error("%s is not done here: this machine's clock is %s", self.name, say_lead(lead))
            note_astray(machine, lead)
            Tick._was_astray = True
            return None
        if Tick._was_astray:
            note_agrees(machine)
            Tick._was_astray = False
        return super().__call__(*args, **kwargs)
