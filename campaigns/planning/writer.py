"""Decisions become rows: by COPY, a chunk at a time, in batches of those who are due together."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from campaigns.models import Batch, Delivery, Occurrence
from campaigns.planning.decisions import Decision

BATCH = 500

_COPY = """
COPY campaigns_delivery (
    campaign_id, occurrence, subscriber_id, batch_id, variant, status, reason, timezone,
    timezone_is_site_default, due_at, deferred, detail, attempts, clicked_action
) FROM STDIN
"""
_PLANNED, _SKIPPED = Delivery.Status.PLANNED.value, Delivery.Status.SKIPPED.value
_UNTOUCHED = ("", 0, "")  # detail, attempts, clicked_action


class Writer:
    """Writes the deliveries of one run, and opens a batch for an instant whenever the last one is full."""

    def __init__(self, run: Occurrence) -> None:
        self._run = run
        self._batches: dict[tuple[dt.datetime, bool], int] = {}
        self._room: dict[tuple[dt.datetime, bool], int] = {}

    def write(self, decisions: Sequence[Decision]) -> None:
        rows = [self._make_row(decision) for decision in decisions]
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)

    def _make_row(self, decision: Decision) -> tuple[object, ...]:
        batch = None
        if decision.is_planned and decision.due_at is not None:
            batch = self._find_batch(decision.due_at, decision.awaits_winner)
        return (
            self._run.campaign_id,
            self._run.number,
            decision.subscriber_id,
            batch,
            decision.variant,
            _PLANNED if batch else _SKIPPED,
            decision.reason,
            decision.timezone,
            decision.timezone_is_site_default,
            decision.due_at,
            decision.deferred,
            *_UNTOUCHED,
        )

    def _find_batch(self, at: dt.datetime, awaits_winner: bool) -> int:
        if not self._room.get((at, awaits_winner)):
            batch = Batch.objects.create(
                campaign_id=self._run.campaign_id,
                occurrence=self._run.number,
                due_at=at,
                awaits_winner=awaits_winner,
            )
            self._batches[at, awaits_winner] = batch.pk
            self._room[at, awaits_winner] = BATCH
        self._room[at, awaits_winner] -= 1
        return self._batches[at, awaits_winner]
