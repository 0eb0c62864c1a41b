"""What this app holds of people."""

import datetime as dt
from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from subscribers.holdings import Holding, People, Row, hold_rows, read_rows
from subscribers.models import Subscriber, SubscriberChange


def _read_notes(people: People) -> Iterator[Row]:
    return read_rows(SubscriberChange, site_id=people.site_id, subscriber_ids__overlap=list(people.ids))


def _leave_notes(people: People, now: dt.datetime) -> int:
    return 0


def _find_log_entries(people: People) -> dict[str, object]:
    kind = ContentType.objects.get_for_model(Subscriber)
    return {"content_type_id": kind.pk, "object_id__in": [str(pk) for pk in people.ids]}


def _read_log_entries(people: People) -> Iterator[Row]:
    return read_rows(LogEntry, **_find_log_entries(people))


def _erase_log_entries(people: People, now: dt.datetime) -> int:
    return LogEntry.objects.filter(**_find_log_entries(people)).delete()[0]


HOLDINGS = (
    Holding(
        "subscribers.SubscriberChange", "Notes for segments that somebody changed, by number, for some seconds",
        "gone as soon as segments have followed them", _read_notes, _leave_notes,
    ),
    Holding(
        "admin.LogEntry", "What staff did to a profile in the admin, with its name", "deleted",
        _read_log_entries, _erase_log_entries,
    ),
    hold_rows("subscribers.Identity", "Names: browsers and customer ids"),
    hold_rows("subscribers.PushSubscription", "Devices: push addresses, keys, system, browser"),
    hold_rows(
        "subscribers.Subscriber",
        "The profile: attributes, values that were refused, email, place, language, claims; and profiles merged into it",
        by="id",
    ),
)  # fmt: skip
