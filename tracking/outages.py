"""The database does not answer, or takes no writes: both doors say so in the same way, and clients come again."""

import logging

from django.db import InterfaceError, InternalError, OperationalError

from tracking.reading import RequestError

logger = logging.getLogger(__name__)

OUTAGES = (OperationalError, InterfaceError, InternalError)  # the last: it is read-only, like a standby
RETRY_SECONDS = 5


def report_outage(error: BaseException) -> RequestError:
    """Log what happened, and return what the client is told."""
    logger.error("The database does not answer", exc_info=error)
    return RequestError("Try again in a moment.", 503, retry_after=RETRY_SECONDS)
