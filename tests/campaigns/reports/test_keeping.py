"""What takes a while is kept for a while; while it is worked out anew, everybody else is shown the old."""

import datetime as dt

from campaigns.reports.keeping import recall
from tests.factories import NOW

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


def test_a_value_is_worked_out_once_a_minute() -> None:
    values = iter([1, 2])

    def count() -> int:
        return next(values)

    kept = [recall("k", count, now=NOW + later, keep=MINUTE) for later in (0 * SECOND, 59 * SECOND, MINUTE)]

    assert [(each.value, each.as_of) for each in kept] == [(1, NOW), (1, NOW), (2, NOW + MINUTE)]


def test_who_comes_while_it_is_worked_out_gets_the_old_one() -> None:
    recall("k", lambda: "old", now=NOW, keep=MINUTE)
    seen_meanwhile = []

    def work() -> str:
        seen_meanwhile.append(recall("k", lambda: "another", now=NOW + MINUTE, keep=MINUTE).value)
        return "new"

    assert recall("k", work, now=NOW + MINUTE, keep=MINUTE).value == "new"
    assert seen_meanwhile == ["old"]


def test_what_is_quick_is_kept_for_moments() -> None:
    recall("k", lambda: 1, now=NOW)

    assert recall("k", lambda: 2, now=NOW + 3 * SECOND).value == 2
