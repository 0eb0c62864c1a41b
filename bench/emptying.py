"""What an earlier run left, taken away, so that each begins alike."""

from django.db import connection

# Sites with all that hangs on them, and what is kept per person without a foreign key. Not Django's `flush`: the log of
# who did what cannot be emptied.
_FORGET = "TRUNCATE subscribers_site, tracking_event, tracking_eventsummary, campaigns_delivery CASCADE"


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
