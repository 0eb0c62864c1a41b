"""How fast a run goes out, told from how far it was a moment ago: nobody counts what was sent in a minute."""

import datetime as dt

from campaigns.models import Occurrence
from subscribers.remembering import Remembered

WINDOW = dt.timedelta(minutes=5)
STEP = dt.timedelta(seconds=5)  # between two notes
LEAST = dt.timedelta(seconds=10)  # a shorter time says little
_notes = Remembered[list[tuple[dt.datetime, int]]](list[tuple[dt.datetime, int]])


def measure_pace(run: Occurrence, *, now: dt.datetime) -> float | None:
    """Outcomes a minute over the last minutes, or None until that is known. Each call notes how far the run is."""
    done = run.sent + run.failed + run.expired
    key = f"pace:{run.pk}"
    notes = [note for note in _notes.recall(key) or [] if now - WINDOW <= note[0] <= now]
    if not notes or now - notes[-1][0] >= STEP:
        notes.append((now, done))
        _notes.keep(key, notes, WINDOW.total_seconds())
    since, before = notes[0]
    if now - since < LEAST:
        return None
    return max(0.0, (done - before) / ((now - since) / dt.timedelta(minutes=1)))


def foresee_end(
    ready: int, pace: float | None, *, last_due_at: dt.datetime | None, now: dt.datetime
) -> dt.datetime | None:
    """When the last one is out: those who are `ready` go at this pace, the others when they are due. None: cannot be told."""
    if ready and not pace:
        return None
    through = now + dt.timedelta(minutes=ready / pace) if pace else now
    return max(through, last_due_at or now)
