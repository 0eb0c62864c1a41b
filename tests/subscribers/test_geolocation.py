"""Where somebody is: by the GeoIP file if there is one, else by their time zone."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from subscribers.geolocation import NOWHERE, Location, locate
from subscribers.timezones import find_country
from tests.subscribers.geoip_file import write_geoip_file

IP = "203.0.113.77"
BERLIN = {
    "country": {"iso_code": "DE"},
    "subdivisions": [{"iso_code": "BE", "names": {"en": "Land Berlin"}}],
    "city": {"names": {"en": "Berlin"}},
    "location": {"latitude": 52.52, "longitude": 13.405},
}


@pytest.mark.parametrize(
    ("timezone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("America/Argentina/Buenos_Aires", "AR"),
        ("Asia/Calcutta", "IN"),
        ("Asia/Katmandu", "NP"),
        ("Europe/Kiev", "UA"),
        ("Asia/Saigon", "VN"),
        ("Pacific/Kiritimati", "KI"),
        ("UTC", ""),
        ("Etc/GMT+5", ""),
        ("Mars/Olympus", ""),
        ("", ""),
    ],
)
def test_a_time_zone_tells_the_country_under_its_old_names_too(timezone: str, country: str) -> None:
    assert find_country(timezone) == country
    assert locate(IP, timezone) == Location(country=country)


def test_a_city_file_tells_city_region_and_coordinates(tmp_path: Path, settings: Settings) -> None:
    settings.GEOIP_PATH = str(tmp_path / "city.mmdb")
    write_geoip_file(tmp_path / "city.mmdb", "203.0.113.0/24", BERLIN, database_type="Test-City")

    assert locate(IP, "America/New_York") == Location("DE", "Land Berlin", "Berlin", 52.52, 13.405)


def test_a_country_file_tells_the_country(tmp_path: Path, settings: Settings) -> None:
    settings.GEOIP_PATH = str(tmp_path / "country.mmdb")
    record = {"country": {"iso_code": "FR"}}
    write_geoip_file(tmp_path / "country.mmdb", "203.0.113.0/24", record, database_type="Test-Country")

    assert locate(IP, "America/New_York") == Location(country="FR")


@pytest.mark.parametrize("ip", ["198.51.100.1", "127.0.0.1", "::1", "", "no address"])
def test_an_address_that_is_not_in_the_file_leaves_the_time_zone(
    tmp_path: Path, settings: Settings, ip: str
) -> None:
    settings.GEOIP_PATH = str(tmp_path / "other.mmdb")
    write_geoip_file(tmp_path / "other.mmdb", "203.0.113.0/24", BERLIN, database_type="Test-City")

    assert locate(ip, "America/New_York") == Location(country="US")


@pytest.mark.parametrize("content", [None, b"this is no database"])
def test_a_file_that_cannot_be_read_is_said_once_and_done_without(
    tmp_path: Path, settings: Settings, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GEOIP_PATH = str(tmp_path / f"broken-{content is None}.mmdb")
    if content:
        Path(settings.GEOIP_PATH).write_bytes(content)

    assert [locate(IP, ""), locate(IP, "Europe/Paris")] == [NOWHERE, Location(country="FR")]
    assert caplog.text.count("GEOIP_PATH cannot be read") == 1
