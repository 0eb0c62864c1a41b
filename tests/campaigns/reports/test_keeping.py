"""What takes a while is kept for a while; while it is worked out anew, everybody else is shown the old."""

import datetime as dt

import pytest

from campaigns.reports.keeping import Kept, recall
from subscribers.remembering import Remembered
from tests.factories import NOW

NUMBER = Remembered[Kept[int]](Kept[int])
TEXT = Remembered[Kept[str]](Kept[str])
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)


def test_a_value_that_was_quick_is_worked_out_every_other_second() -> None:
    values = iter([1, 2])

    def count() -> int:
        return next(values)

    kept = [recall(NUMBER, "k", count, now=NOW + later) for later in (0 * SECOND, SECOND, 2 * SECOND)]

    assert [(each.value, each.as_of) for each in kept] == [(1, NOW), (1, NOW), (2, NOW + 2 * SECOND)]


def test_the_longer_it_took_the_longer_it_is_kept_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.5, 0.0, 900.0])
    monkeypatch.setattr("campaigns.reports.keeping.monotonic", lambda: next(clock))

    half_a_second, long = (recall(NUMBER, key, lambda: 1, now=NOW) for key in ("half-a-second", "long"))

    assert half_a_second.until == NOW + 10 * SECOND
    assert long.until == NOW + 60 * SECOND


def test_who_comes_while_it_is_worked_out_gets_the_old_one() -> None:
    recall(TEXT, "k", lambda: "old", now=NOW)
    seen_meanwhile = []

    def work() -> str:
        seen_meanwhile.append(recall(TEXT, "k", lambda: "another", now=NOW + HOUR).value)
        return "new"

    assert recall(TEXT, "k", work, now=NOW + HOUR).value == "new"
    assert seen_meanwhile == ["old"]
