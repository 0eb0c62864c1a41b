"""Whether the inbox has room for more, asked now and then rather than for each request."""

from time import monotonic

from django.conf import settings
from django.db import connection

KEEP_SECONDS = 2.0
RETRY_SECONDS = 30
# Ids are given in turn, so there are no more rows than ids from the first to the last: two looks at the index. Where these
# lie far apart, for something set aside long ago say, the rows are counted, no further than is asked.
SPAN = "SELECT coalesce(max(id) - min(id) + 1, 0) FROM tracking_inboxitem"
COUNT = "SELECT count(*) FROM (SELECT FROM tracking_inboxitem WHERE failed_at IS NULL LIMIT %s) AS waiting"


class Room:
    """What this process knows of it."""

    def __init__(self) -> None:
        self._asked_at = -KEEP_SECONDS
        self._is_full = False

    def is_full(self) -> bool:
        if monotonic() - self._asked_at >= KEEP_SECONDS:
            self._asked_at = monotonic()  # the others go by what was known, until it is known anew
            self._is_full = _ask(settings.INBOX_MAX_ROWS)
        return self._is_full

    def forget(self) -> None:
        self._asked_at = -KEEP_SECONDS


def _ask(most: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(SPAN)
        (span,) = cursor.fetchone()
        if span < most:
            return False
        cursor.execute(COUNT, [most])
        (waiting,) = cursor.fetchone()
    return bool(waiting >= most)


room = Room()
