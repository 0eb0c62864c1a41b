"""Roughly where somebody is: from the address of their connection if we have a map of those, else from their clock."""

import functools
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import geoip2.database
import maxminddb
from django.conf import settings
from geoip2.errors import AddressNotFoundError

from subscribers.timezones import find_country

logger = logging.getLogger(__name__)


class Location(NamedTuple):
    """A place, as far as it is known. The coordinates are those of the city, not of the person."""

    country: str = ""
    region: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None


NOWHERE = Location()
COORDINATES = ("latitude", "longitude")


def locate(ip: str, timezone: str) -> Location:
    """Look the address up in the GeoIP file (GEOIP_PATH, MaxMind's format); failing that, take the zone's country."""
    reader = _open_map(settings.GEOIP_PATH) if settings.GEOIP_PATH and ip else None
    found = _look_up(reader, ip) if reader else None
    return found or Location(country=find_country(timezone))


def read_coordinates(attributes: Mapping[str, Any]) -> tuple[float, float] | None:
    """Where a device, or a backend, says that somebody is; None unless both degrees are told, and are on the globe."""
    told = [attributes.get(key) for key in COORDINATES]
    degrees = [value for value in told if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(degrees) != 2 or abs(degrees[0]) > 90 or abs(degrees[1]) > 180:
        return None
    return float(degrees[0]), float(degrees[1])


def knows_cities() -> bool:
    """Whether there is a file that knows cities and coordinates; without one only the country is known, from the clock."""
    reader = _open_map(settings.GEOIP_PATH) if settings.GEOIP_PATH else None
    return reader is not None and "City" in reader.metadata().database_type


@functools.lru_cache(maxsize=4)
def _open_map(path: str) -> geoip2.database.Reader | None:
    try:
        return geoip2.database.Reader(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        logger.error("GEOIP_PATH cannot be read, so locations come from time zones alone: %s", error)
        return None


def _look_up(reader: geoip2.database.Reader, ip: str) -> Location | None:
    try:
        if "City" not in reader.metadata().database_type:
            return Location(country=reader.country(ip).country.iso_code or "")
        place = reader.city(ip)
    except (AddressNotFoundError, ValueError):
        return None
    return Location(
        country=place.country.iso_code or "",
        region=(place.subdivisions.most_specific.name or "")[:100],
        city=(place.city.name or "")[:100],
        latitude=place.location.latitude,
        longitude=place.location.longitude,
    )
