"""Random shares that stay the same, and clocks that show what people see."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from segments.rules import SubscriberFacts, evaluate_rule
from segments.rules.shares import BUCKETS, find_bucket
from tests.segments.rules.documents import read
from tests.segments.rules.test_evaluator import holds

PERSON = "00000000-0000-0000-0000-000000000001"
PEOPLE = [str(uuid.UUID(int=number)) for number in range(4_000)]


def test_a_bucket_is_the_same_for_good() -> None:
    assert find_bucket("spring", PERSON) == 2997
    assert find_bucket("autumn", PERSON) == 7555


@pytest.mark.parametrize(("first", "to", "expected"), [(2997, 2998, True), (2998, 10_000, False), (0, 2997, False), (0, 10_000, True)])  # fmt: skip
def test_a_share_takes_its_first_bucket_and_leaves_its_end(first: int, to: int, expected: bool) -> None:
    share = {"type": "bucket", "salt": "spring", "from": first, "to": to}

    assert holds(share, uuid=PERSON) is expected


def test_a_quarter_is_about_a_quarter() -> None:
    taken = [person for person in PEOPLE if find_bucket("spring", person) < BUCKETS // 4]

    assert len(taken) / len(PEOPLE) == pytest.approx(0.25, abs=0.03)


def test_two_salts_draw_independently() -> None:
    both = [person for person in PEOPLE if max(find_bucket(salt, person) for salt in ("a", "b")) < 5_000]

    assert len(both) / len(PEOPLE) == pytest.approx(0.25, abs=0.03)


def shows(at: str, zone: str, site_zone: str = "UTC", **fields: object) -> bool:
    node = read({"type": "local_time", **fields})
    facts = SubscriberFacts(attributes={}, profile={"timezone": zone})
    return evaluate_rule(node, facts, as_of=dt.datetime.fromisoformat(at), zone=ZoneInfo(site_zone))


@pytest.mark.parametrize(
    ("at", "zone", "between", "expected"),
    [
        pytest.param("2026-11-21T08:00Z", "Europe/Berlin", ["09:00", "17:00"], True, id="the-start-is-in"),
        pytest.param("2026-11-21T16:00Z", "Europe/Berlin", ["09:00", "17:00"], False, id="the-end-is-out"),
        pytest.param("2026-11-21T15:59:59.999999Z", "Europe/Berlin", ["09:00", "17:00"], True, id="just-before"),
        pytest.param("2026-11-21T03:15Z", "Asia/Kathmandu", ["09:00", "09:01"], True, id="a-quarter-of-an-hour"),
        pytest.param("2026-11-21T23:00Z", "UTC", ["22:00", "06:00"], True, id="overnight-before-midnight"),
        pytest.param("2026-11-21T05:59Z", "UTC", ["22:00", "06:00"], True, id="overnight-after-midnight"),
        pytest.param("2026-11-21T06:00Z", "UTC", ["22:00", "06:00"], False, id="overnight-is-over"),
        pytest.param("2026-10-25T00:30Z", "Europe/Berlin", ["02:30", "02:31"], True, id="first-of-the-fold"),
        pytest.param("2026-10-25T01:30Z", "Europe/Berlin", ["02:30", "02:31"], True, id="second-of-the-fold"),
        pytest.param("2026-03-29T01:00Z", "Europe/Berlin", ["02:00", "03:00"], False, id="skipped-by-the-gap"),
    ],
)  # fmt: skip
def test_a_clock(at: str, zone: str, between: list[str], expected: bool) -> None:
    assert shows(at, zone, between=between) is expected


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "europe/berlin", "../etc/passwd"])
def test_who_has_no_known_zone_goes_by_the_site_s(zone: str) -> None:
    noon = "2026-11-21T12:00Z"

    assert shows(noon, zone, "Asia/Tokyo", between=["21:00", "21:01"])


def test_the_weekday_is_that_of_the_clock_at_that_moment() -> None:
    night = ["22:00", "06:00"]  # from Saturday into Sunday

    assert shows("2026-11-22T01:00Z", "UTC", between=night, weekdays=["sunday"])
    assert not shows("2026-11-22T01:00Z", "UTC", between=night, weekdays=["saturday"])
    assert shows("2026-11-21T12:00Z", "Pacific/Kiritimati", weekdays=["sunday"])
