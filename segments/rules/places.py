"""Where somebody is: distance and outline, in memory and in SQL, step by step the same floating-point arithmetic."""

import math
from collections.abc import Sequence

from segments.rules.ast import LocationCondition
from segments.rules.sql import FALSE, SUBSCRIBER, Fragment, join_any
from segments.rules.values import Spot

EARTH_RADIUS_KM = 6371.0088  # the mean radius of IUGG

LAT, LON = f"{SUBSCRIBER}.latitude", f"{SUBSCRIBER}.longitude"


def is_near(lat: float, lon: float, spots: Sequence[Spot], kilometres: float) -> bool:
    return any(measure_distance(lat, lon, spot) <= kilometres for spot in spots)


def measure_distance(lat: float, lon: float, spot: Spot) -> float:
    """Kilometres along the great circle, by the haversine formula."""
    half = (
        math.sin(math.radians(spot.lat - lat) / 2) ** 2
        + math.cos(math.radians(lat))
        * math.cos(math.radians(spot.lat))
        * math.sin(math.radians(spot.lon - lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


def location_sql(node: LocationCondition) -> Fragment:
    if node.radius is not None:
        return near_sql(node.spots, node.radius.kilometres)
    return inside_sql(node.polygon or ())


def near_sql(spots: Sequence[Spot], kilometres: float) -> Fragment:
    return join_any(_near_one_sql(spot, kilometres) for spot in spots)


def _near_one_sql(spot: Spot, kilometres: float) -> Fragment:
    """A box first, which an index answers, then the haversine distance; `least` passes over NULL."""
    half = (
        f"power(sin(radians(%s - {LAT}) / 2), 2)"
        f" + cos(radians({LAT})) * cos(radians(%s)) * power(sin(radians(%s - {LON}) / 2), 2)"
    )
    south, north, west, east = _find_box(spot, kilometres)
    return Fragment(
        f"{LAT} BETWEEN %s AND %s AND {LON} BETWEEN %s AND %s"
        f" AND 2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1, {half}))) <= %s",
        (south, north, west, east, float(spot.lat), float(spot.lat), float(spot.lon), kilometres),
    ).or_null()


def _find_box(spot: Spot, kilometres: float) -> tuple[float, float, float, float]:
    """South, north, west and east of a box around the circle, a trifle too large; all longitudes near a pole or where
    it would reach across the date line."""
    angle = kilometres / EARTH_RADIUS_KM * 1.0001
    south, north = spot.lat - math.degrees(angle), spot.lat + math.degrees(angle)
    if south > -89 and north < 89:
        # Where the meridians touch the circle: sin(half the width) = sin(angle) / cos(latitude).
        width = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(spot.lat)))) * 1.0001
        if spot.lon - width >= -180 and spot.lon + width <= 180:
            return south, north, spot.lon - width, spot.lon + width
    return south, north, -math.inf, math.inf


def is_inside(lat: float, lon: float, corners: Sequence[Spot]) -> bool:
    """Whether a line going east from here crosses the outline an odd number of times (even-odd rule).

    Latitude and longitude are taken as a flat map: good for a city or a country, not across the date line.
    """
    crossed = sum(
        (a.lat > lat) != (b.lat > lat) and lon < (b.lon - a.lon) * (lat - a.lat) / (b.lat - a.lat) + a.lon
        for a, b in _edges(corners)
    )
    return crossed % 2 == 1


def inside_sql(corners: Sequence[Spot]) -> Fragment:
    crossings, params = [], []
    for a, b in _edges(corners):
        if a.lat == b.lat:
            continue  # level: never crossed, and there would be nothing to divide by
        crossings.append(
            f"CASE WHEN (%s::float8 > {LAT}) <> (%s::float8 > {LAT}) AND {LON}"
            f" < %s::float8 * ({LAT} - %s::float8) / %s::float8 + %s::float8 THEN 1 ELSE 0 END"
        )
        params += [a.lat, b.lat, b.lon - a.lon, a.lat, b.lat - a.lat, a.lon]
    if not crossings:
        return FALSE
    lats = [float(corner.lat) for corner in corners]
    return Fragment(
        f"{LAT} BETWEEN %s AND %s AND mod({' + '.join(crossings)}, 2) = 1",
        (min(lats), max(lats), *map(float, params)),
    ).or_null()


def _edges(corners: Sequence[Spot]) -> list[tuple[Spot, Spot]]:
    return list(zip(corners, (*corners[1:], corners[0]), strict=True))
