"""Where the demo shop's people live: real towns, and how many of the people each one has.

The shop is a Berlin one with a second store in Munich, so the towns around both are many.
"""

from __future__ import annotations

from typing import NamedTuple


class Town(NamedTuple):
    """A town; `weight` is its share of the people relative to the others' weights."""

    name: str
    latitude: float
    longitude: float
    weight: float


class Area(NamedTuple):
    """Towns that share a country, a region, a clock and a language (BCP 47)."""

    country: str
    region: str
    timezone: str
    language: str
    towns: tuple[Town, ...]


BERLIN = Area("DE", "Berlin", "Europe/Berlin", "de-DE", (Town("Berlin", 52.520, 13.405, 150),))
BRANDENBURG = Area(
    "DE",
    "Brandenburg",
    "Europe/Berlin",
    "de-DE",
    (
        Town("Potsdam", 52.391, 13.065, 22),
        Town("Bernau", 52.679, 13.587, 5),
        Town("Oranienburg", 52.754, 13.237, 5),
        Town("Falkensee", 52.560, 13.093, 5),
        Town("Königs Wusterhausen", 52.302, 13.633, 4),
        Town("Strausberg", 52.579, 13.887, 4),
        Town("Hennigsdorf", 52.636, 13.204, 4),
        Town("Teltow", 52.403, 13.271, 4),
        Town("Erkner", 52.424, 13.750, 3),
        Town("Cottbus", 51.761, 14.334, 4),
        Town("Frankfurt (Oder)", 52.347, 14.551, 3),
    ),
)
BAVARIA = Area(
    "DE",
    "Bavaria",
    "Europe/Berlin",
    "de-DE",
    (
        Town("Munich", 48.137, 11.575, 70),
        Town("Dachau", 48.260, 11.434, 6),
        Town("Freising", 48.403, 11.749, 5),
        Town("Starnberg", 47.998, 11.341, 5),
        Town("Erding", 48.306, 11.907, 4),
        Town("Rosenheim", 47.857, 12.118, 4),
        Town("Garmisch-Partenkirchen", 47.492, 11.096, 4),
        Town("Augsburg", 48.371, 10.898, 8),
        Town("Nuremberg", 49.452, 11.077, 10),
    ),
)
REST_OF_EUROPE = (
    Area("DE", "Hamburg", "Europe/Berlin", "de-DE", (Town("Hamburg", 53.551, 9.994, 40),)),
    Area("DE", "North Rhine-Westphalia", "Europe/Berlin", "de-DE", (Town("Cologne", 50.938, 6.960, 30),)),
    Area("DE", "Saxony", "Europe/Berlin", "de-DE", (Town("Leipzig", 51.340, 12.373, 24),)),
    Area("AT", "Vienna", "Europe/Vienna", "de-AT", (Town("Vienna", 48.208, 16.373, 30),)),
    Area("CH", "Zurich", "Europe/Zurich", "de-CH", (Town("Zurich", 47.377, 8.541, 22),)),
    Area("FR", "Île-de-France", "Europe/Paris", "fr-FR", (Town("Paris", 48.857, 2.352, 32),)),
    Area("FR", "Auvergne-Rhône-Alpes", "Europe/Paris", "fr-FR", (Town("Chamonix", 45.924, 6.870, 12),)),
    Area("GB", "England", "Europe/London", "en-GB", (Town("London", 51.507, -0.128, 40),)),
    Area("GB", "Scotland", "Europe/London", "en-GB", (Town("Fort William", 56.820, -5.105, 8),)),
    Area("IE", "Leinster", "Europe/Dublin", "en-IE", (Town("Dublin", 53.350, -6.260, 10),)),
    Area("NL", "North Holland", "Europe/Amsterdam", "nl-NL", (Town("Amsterdam", 52.368, 4.904, 20),)),
    Area("DK", "Capital Region", "Europe/Copenhagen", "da-DK", (Town("Copenhagen", 55.676, 12.568, 16),)),
    Area("SE", "Stockholm", "Europe/Stockholm", "sv-SE", (Town("Stockholm", 59.329, 18.069, 16),)),
    Area("NO", "Vestland", "Europe/Oslo", "nb-NO", (Town("Bergen", 60.392, 5.322, 12),)),
    Area("FI", "Uusimaa", "Europe/Helsinki", "fi-FI", (Town("Helsinki", 60.170, 24.938, 10),)),
    Area("PL", "Masovia", "Europe/Warsaw", "pl-PL", (Town("Warsaw", 52.230, 21.012, 18),)),
    Area("ES", "Catalonia", "Europe/Madrid", "es-ES", (Town("Barcelona", 41.388, 2.170, 16),)),
    Area("IT", "Lombardy", "Europe/Rome", "it-IT", (Town("Milan", 45.464, 9.190, 18),)),
    Area("PT", "Lisbon", "Europe/Lisbon", "pt-PT", (Town("Lisbon", 38.722, -9.139, 8),)),
    Area("GR", "Attica", "Europe/Athens", "el-GR", (Town("Athens", 37.984, 23.728, 6),)),
)
AMERICAS = (
    Area("US", "New York", "America/New_York", "en-US", (Town("New York", 40.713, -74.006, 36),)),
    Area("US", "Massachusetts", "America/New_York", "en-US", (Town("Boston", 42.360, -71.059, 18),)),
    Area("US", "Illinois", "America/Chicago", "en-US", (Town("Chicago", 41.878, -87.630, 20),)),
    Area("US", "Colorado", "America/Denver", "en-US", (Town("Boulder", 40.015, -105.271, 26),)),
    Area("US", "Arizona", "America/Phoenix", "en-US", (Town("Flagstaff", 35.198, -111.651, 8),)),
    Area("US", "Washington", "America/Los_Angeles", "en-US", (Town("Seattle", 47.606, -122.332, 24),)),
    Area("US", "California", "America/Los_Angeles", "en-US", (Town("San Francisco", 37.775, -122.419, 26),)),
    Area("US", "Hawaii", "Pacific/Honolulu", "en-US", (Town("Honolulu", 21.307, -157.858, 4),)),
    Area("CA", "Ontario", "America/Toronto", "en-CA", (Town("Toronto", 43.653, -79.383, 16),)),
    Area("CA", "British Columbia", "America/Vancouver", "en-CA", (Town("Vancouver", 49.283, -123.121, 14),)),
    Area("CA", "Newfoundland", "America/St_Johns", "en-CA", (Town("St. John's", 47.562, -52.713, 3),)),
    Area("MX", "Mexico City", "America/Mexico_City", "es-MX", (Town("Mexico City", 19.433, -99.133, 10),)),
    Area("BR", "São Paulo", "America/Sao_Paulo", "pt-BR", (Town("São Paulo", -23.551, -46.633, 18),)),
    Area("AR", "Río Negro", "America/Argentina/Salta", "es-AR", (Town("Bariloche", -41.133, -71.310, 6),)),
    Area("CL", "Santiago", "America/Santiago", "es-CL", (Town("Santiago", -33.449, -70.669, 8),)),
)
ASIA_AND_OCEANIA = (
    Area("AE", "Dubai", "Asia/Dubai", "en-AE", (Town("Dubai", 25.205, 55.271, 8),)),
    Area("IN", "Maharashtra", "Asia/Kolkata", "en-IN", (Town("Mumbai", 19.076, 72.878, 16),)),
    Area("IN", "Himachal Pradesh", "Asia/Kolkata", "en-IN", (Town("Manali", 32.240, 77.189, 6),)),
    Area("NP", "Bagmati", "Asia/Kathmandu", "ne-NP", (Town("Kathmandu", 27.717, 85.324, 6),)),
    Area("SG", "Singapore", "Asia/Singapore", "en-SG", (Town("Singapore", 1.352, 103.820, 12),)),
    Area("CN", "Shanghai", "Asia/Shanghai", "zh-CN", (Town("Shanghai", 31.230, 121.474, 10),)),
    Area("KR", "Seoul", "Asia/Seoul", "ko-KR", (Town("Seoul", 37.567, 126.978, 14),)),
    Area("JP", "Tokyo", "Asia/Tokyo", "ja-JP", (Town("Tokyo", 35.676, 139.650, 24),)),
    Area("JP", "Nagano", "Asia/Tokyo", "ja-JP", (Town("Hakuba", 36.698, 137.862, 6),)),
    Area("AU", "New South Wales", "Australia/Sydney", "en-AU", (Town("Sydney", -33.869, 151.209, 20),)),
    Area("AU", "South Australia", "Australia/Adelaide", "en-AU", (Town("Adelaide", -34.928, 138.601, 6),)),
    Area("NZ", "Otago", "Pacific/Auckland", "en-NZ", (Town("Queenstown", -45.031, 168.663, 10),)),
    Area("KI", "Line Islands", "Pacific/Kiritimati", "en-KI", (Town("Kiritimati", 1.872, -157.430, 1),)),
)
AREAS = (BERLIN, BRANDENBURG, BAVARIA, *REST_OF_EUROPE, *AMERICAS, *ASIA_AND_OCEANIA)

HOMES = tuple((area, town) for area in AREAS for town in area.towns)
WEIGHTS = tuple(town.weight for _, town in HOMES)
NEAR_BERLIN = frozenset(town.name for town in (*BERLIN.towns, *BRANDENBURG.towns[:9]))

STORES = {"Berlin store": (52.5200, 13.4050), "Munich store": (48.1372, 11.5756)}
