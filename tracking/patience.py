"""What is put off is tried again after a while, and the longer it goes on, the longer that is; health is told of it."""

import datetime as dt
import logging
import os
import socket
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from subscribers.remembering import Remembered

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
TOLD = "inbox-put-off"


@dataclass(frozen=True)
class Trouble:
    """Why a worker puts off what it should apply, and since when."""

    worker: str
    cause: str
    since: dt.datetime


_told = Remembered[Trouble](Trouble)


class Patience:
    """Of one process. Another one may well be able to do what this one cannot: it may be of the right version."""

    def __init__(self) -> None:
        self.tries = 0
        self.not_before: dt.datetime | None = None
        self.since: dt.datetime | None = None

    def must_wait(self, *, now: dt.datetime) -> bool:
        return self.not_before is not None and now < self.not_before

    def note(self, cause: str, *, now: dt.datetime) -> None:
        """How an attempt ended: put off for this cause, or, without one, well."""
        if not cause:
            if self.since is not None:
                _forget()
            self.tries, self.not_before, self.since = 0, None, None
            return
        self.since = self.since or now
        pause = min(SHORTEST * 2 ** min(self.tries, 10), LONGEST)
        self.tries, self.not_before = self.tries + 1, now + pause
        _tell(Trouble(_name_worker(), cause, self.since), pause)


def read_trouble() -> Trouble | None:
    """What a worker said last, if it still says so."""
    try:
        return _told.recall(TOLD)
    except (RedisError, OSError):
        return None


def _tell(trouble: Trouble, pause: dt.timedelta) -> None:
    """For as long as it takes to try again, and some more."""
    try:
        _told.keep(TOLD, trouble, int(pause.total_seconds()) + 30)
    except (RedisError, OSError) as error:
        logger.warning("The cache does not answer: %s", type(error).__name__)


def _forget() -> None:
    """What another worker says stays."""
    trouble = read_trouble()
    if trouble and trouble.worker == _name_worker():
        try:
            cache.delete(TOLD)
        except (RedisError, OSError) as error:
            logger.warning("The cache does not answer: %s", type(error).__name__)


def _name_worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
