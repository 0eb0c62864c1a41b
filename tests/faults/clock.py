"""The clock that a whole fault test lives by: real time, plus the hours that were skipped because nobody had work."""

import datetime as dt
import os
from pathlib import Path

from django.utils import timezone


class SharedClock:
    """Kept in a file, so that workers in other processes read the same time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._read_skipped()

    def skip(self, span: dt.timedelta) -> None:
        """Move the clock of everybody forward."""
        skipped = self._read_skipped() + max(span, dt.timedelta(0))
        written = self._path.with_suffix(".new")
        written.write_text(str(skipped.total_seconds()))
        written.replace(self._path)

    def rule(self) -> None:
        """Make this the clock of the whole process: Django's, so that of every task and every saved row."""
        timezone.now = self.now

    def _read_skipped(self) -> dt.timedelta:
        text = self._path.read_text() if self._path.exists() else ""
        return dt.timedelta(seconds=float(text or 0))


def open_clock() -> SharedClock:
    """The clock that the test which started this process told it to live by."""
    return SharedClock(Path(os.environ["FAULT_HOME"]) / "clock")
