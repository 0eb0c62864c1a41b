"""A static segment of whoever a rule gives at one instant: they stay on the list, whatever they do afterwards."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError, IntegrityError, connection, transaction

from segments.definitions import read_rule, select_ids
from segments.lists import start_list
from segments.membership import Cause, apply_members, note_days
from segments.models import Segment
from segments.preview.guard import QUERY_CANCELED
from segments.refusals import explain_refusal, read_state
from subscribers.models import Site


class SnapshotStopped(Exception):  # noqa: N818  # an answer to the person who asked, not a fault
    """There is no snapshot, and nothing was saved; the sentence says why and what one can do."""


def take_snapshot(  # noqa: PLR0913 - what a segment is made of
    site: Site,
    document: Any,
    *,
    name: str,
    description: str = "",
    by: User | AnonymousUser,
    now: dt.datetime,
) -> Segment:
    """Make a list, whose name must be free, of those the rule gives now: people, log and count in one statement.

    Raises RuleError; or SnapshotStopped past SNAPSHOT_TIMEOUT_MS, and where PostgreSQL refuses the rule.
    """
    rule = read_rule(site, document)
    try:
        with transaction.atomic():
            segment = Segment.objects.create(
                site=site,
                name=name,
                description=description,
                created_by=by if isinstance(by, User) else None,
                snapshot_rule=document,
                **start_list(now),
            )
            _limit_time(settings.SNAPSHOT_TIMEOUT_MS)
            moves = apply_members(segment, select_ids(site, rule, as_of=now), as_of=now, cause=Cause.LIST)
            note_days({segment.pk: moves}, site.find_day(now))
    except DatabaseError as error:
        raise _explain(error) from error
    segment.refresh_from_db()
    return segment


def _limit_time(milliseconds: int) -> None:
    """For each statement of this transaction from here on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])


def _explain(error: DatabaseError) -> Exception:
    if read_state(error) == QUERY_CANCELED:
        seconds = settings.SNAPSHOT_TIMEOUT_MS / 1000
        return SnapshotStopped(
            f"Finding these people took longer than {seconds:g} seconds and was stopped. "
            "Save the rule as a live segment: that is built in the background."
        )
    if isinstance(error, IntegrityError):  # between the check of the name and now
        return SnapshotStopped("Somebody has just made a segment of this name. Choose another.")
    reason = explain_refusal(error)
    return SnapshotStopped(reason) if reason else error
