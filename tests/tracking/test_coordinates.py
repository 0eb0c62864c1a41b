"""Where a device says that it is (the SDK's setLocation): two attributes that are the person's place, too."""

from typing import Any

import pytest

from subscribers.geolocation import Location
from subscribers.models import Site, Subscriber, SubscriberChange
from tests.tracking.requests import attributes, page, track

ULM: dict[str, Any] = {"latitude": 48.4, "longitude": 9.99}
BERLIN = Location("DE", "Land Berlin", "Berlin", 52.52, 13.405)


@pytest.fixture(autouse=True)
def _connected_from_berlin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.ingestion.locate", lambda ip, timezone: BERLIN)


def place(site: Site) -> tuple[float | None, float | None, str]:
    person = Subscriber.objects.get(site=site)
    return person.latitude, person.longitude, person.city


def test_where_a_device_is_wins_over_where_its_connection_comes_out(site: Site) -> None:
    track(site, page())
    assert place(site) == (52.52, 13.405, "Berlin")

    track(site, attributes(**ULM))
    track(site, page())

    assert place(site) == (48.4, 9.99, "Berlin")
    assert SubscriberChange.objects.filter(site=site, topic="location").exists()


def test_a_place_that_is_taken_back_is_that_of_the_connection_again(site: Site) -> None:
    track(site, attributes(**ULM))

    track(site, attributes(unset=["latitude", "longitude"]))
    track(site, page())

    assert place(site)[:2] == (52.52, 13.405)


def test_whole_degrees_are_degrees(site: Site) -> None:
    track(site, attributes(latitude=0, longitude=-180))

    assert place(site)[:2] == (0, -180)


@pytest.mark.parametrize(
    "told",
    [
        {"latitude": 48.4},
        {"longitude": 9.99},
        {"latitude": 91, "longitude": 0},
        {"latitude": 0, "longitude": 181},
        {"latitude": "north", "longitude": "east"},
        {"latitude": True, "longitude": False},
    ],
)
def test_what_is_no_place_moves_nobody(site: Site, told: dict[str, Any]) -> None:
    track(site, attributes(**told))

    assert place(site) == (52.52, 13.405, "Berlin")
