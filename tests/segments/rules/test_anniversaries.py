"""The day and time of a moment, come round a year or more later."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from segments.rules import SubscriberFacts, evaluate_rule
from tests.segments.rules.documents import attribute, read


@pytest.mark.parametrize(
    ("as_of", "birthday", "days", "expected"),
    [
        pytest.param("2026-11-21T12:00", "1990-11-28T12:00:00.000000Z", 7, True, id="at-exactly-the-end"),
        pytest.param("2026-11-21T12:00", "1990-11-28T12:00:00.000001Z", 7, False, id="a-microsecond-past-it"),
        pytest.param("2026-11-21T12:00", "1990-11-21T12:00:00.000000Z", 7, False, id="now-is-past"),
        pytest.param("2026-11-21T12:00", "1990-11-21T12:00:00.000000Z", 365, True, id="but-comes-again"),
        pytest.param("2026-11-21T12:00", "2026-11-22T12:00:00.000000Z", 7, False, id="the-birth-is-none"),
        pytest.param("2026-12-30T12:00", "1990-01-02T00:00:00.000000Z", 7, True, id="over-the-new-year"),
        pytest.param("2026-12-31T12:00", "1990-06-01T00:00:00.000000Z", 366, True, id="over-a-whole-year"),
        pytest.param("2027-02-27T12:00", "2024-02-29T10:00:00.000000Z", 1, True, id="leap-day-on-the-28th"),
        pytest.param("2027-02-28T12:00", "2024-02-29T10:00:00.000000Z", 2, False, id="and-not-on-1-march"),
        pytest.param("2028-02-27T12:00", "2024-02-29T10:00:00.000000Z", 1, False, id="not-yet-in-a-leap-year"),
        pytest.param("2028-02-28T12:00", "2024-02-29T10:00:00.000000Z", 1, True, id="but-on-the-29th"),
        pytest.param("2100-02-27T12:00", "2096-02-29T10:00:00.000000Z", 1, True, id="2100-is-no-leap-year"),
        pytest.param("2026-11-21T12:00", "1990-11-22", 7, False, id="a-date-is-text"),
        pytest.param("2026-11-21T12:00", None, 7, False, id="missing"),
    ],
)  # fmt: skip
def test_an_anniversary(as_of: str, birthday: str | None, days: int, expected: bool) -> None:
    node = read(attribute("birthday", "anniversary_within", {"days": days}))
    facts = SubscriberFacts(attributes={"birthday": birthday}, profile={})
    now = dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC)

    assert evaluate_rule(node, facts, as_of=now, zone=ZoneInfo("Asia/Tokyo")) is expected
