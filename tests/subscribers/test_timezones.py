"""A zone with several names is one zone, and lies in a country."""

import zoneinfo

import pytest

from subscribers.timezones import find_country, find_timezone, is_timezone, list_old_names, list_timezones

NOWHERE = {"GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu"}


def test_every_zone_of_the_database_that_lies_anywhere_has_a_country() -> None:
    lost = {
        name
        for name in list_timezones()
        if not name.startswith("Etc/") and name not in NOWHERE and len(find_country(name)) != 2
    }

    assert lost == set()


@pytest.mark.parametrize(
    ("name", "country"),
    [("America/Coyhaique", "CL"), ("Antarctica/Troll", "AQ"), ("Europe/Oslo", "NO"), ("Asia/Calcutta", "IN")],
)
def test_a_zone_lies_in_its_country(name: str, country: str) -> None:
    assert find_country(name) == country


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("US/Pacific", "America/Los_Angeles"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"), ("Asia/Saigon", "Asia/Ho_Chi_Minh"), ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"), ("europe/berlin", "Europe/Berlin"), (" Asia/Kolkata ", "Asia/Kolkata"), ("Europe/Oslo", "Europe/Oslo"),
        ("Mars/Olympus", ""), ("localtime", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_zone_is_kept_under_one_of_its_names(name: str, kept: str) -> None:
    assert find_timezone(name) == kept


def test_the_name_that_is_kept_is_a_zone_that_keeps_itself_and_the_same_time() -> None:
    for name in list_timezones():
        kept = find_timezone(name)
        assert is_timezone(kept)
        assert find_timezone(kept) == kept
        zoneinfo.ZoneInfo(kept)
    assert list_old_names()["Asia/Calcutta"] == "Asia/Kolkata"
    assert "Europe/Oslo" not in list_old_names()
