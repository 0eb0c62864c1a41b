"""Profile fields and attributes, and what wins over what."""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import pytest

from subscribers import definitions, profiles
from subscribers.definitions import Definitions
from subscribers.geolocation import Location
from subscribers.models import Attribute, Site, Subscriber
from subscribers.profiles import Context, assign_attributes, assign_context, save_profiles
from tests import factories
from tests.factories import NOW

BERLIN = Location("DE", "Land Berlin", "Berlin", 52.52, 13.405)


@pytest.fixture
def person(site: Site) -> Subscriber:
    return factories.make_subscriber(site)


def _set(person: Subscriber, values: Mapping[str, Any], *, remove: Iterable[str] = ()) -> dict[str, str]:
    refused = assign_attributes(person, values=values, remove=remove, definitions=Definitions(person.site_id))
    save_profiles([person])
    return refused


def _see(person: Subscriber, context: Context, *, now: dt.datetime = NOW) -> None:
    assign_context(person, context=context, now=now)
    save_profiles([person])


def _stored(person: Subscriber) -> Subscriber:
    return Subscriber.objects.get(pk=person.pk)


def test_a_first_value_defines_its_attribute(person: Subscriber) -> None:
    _set(person, {"loyalty_tier": "gold", "lifetime_value": 2450, "vip": True, "likes": ["a"]})

    assert dict(Attribute.objects.values_list("key", "type")) == {
        "loyalty_tier": "text",
        "lifetime_value": "number",
        "vip": "boolean",
        "likes": "list",
    }
    assert _stored(person).attributes["lifetime_value"] == 2450


def test_a_later_value_is_brought_into_the_defined_type(site: Site, person: Subscriber) -> None:
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)

    assert _set(person, {"lifetime_value": "2450"}) == {}
    assert _stored(person).attributes == {"lifetime_value": 2450}


def test_a_value_that_does_not_fit_is_kept_out_and_reported_by_its_key(
    site: Site, person: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)

    refused = _set(person, {"lifetime_value": "my secret", "tier": "gold"})

    assert refused == {"lifetime_value": "needs a number, like 129.99"}
    assert _stored(person).attributes == {"tier": "gold"}
    assert _stored(person).raw_values == {"lifetime_value": "my secret"}
    assert "my secret" not in caplog.text


def test_attributes_are_removed_by_name_or_by_null(person: Subscriber) -> None:
    _set(person, {"a": 1, "b": 2, "c": 3})
    _set(person, {"a": None}, remove=["b", "never there"])

    assert _stored(person).attributes == {"c": 3}


@pytest.mark.parametrize(
    ("module", "limit", "what"),
    [(profiles, "ATTRIBUTES_PER_SUBSCRIBER", "subscriber"), (definitions, "DEFINITIONS_PER_SITE", "site")],
)
def test_one_attribute_too_many_is_kept_out(
    person: Subscriber, monkeypatch: pytest.MonkeyPatch, module: ModuleType, limit: str, what: str
) -> None:
    monkeypatch.setattr(module, limit, 2)

    refused = _set(person, {"a": 1, "b": 2, "c": 3})

    assert refused == {"c": f"would be one more than the 2 that a {what} can have"}
    assert _stored(person).attributes == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("email", " ann@shop.example ", "ann@shop.example"),
        ("email", "no address", ""),
        ("timezone", "Asia/Tokyo", "Asia/Tokyo"),
        ("timezone", "Mars/Olympus", ""),
        ("timezone", "localtime", ""),
        ("language", "de_DE", "de-DE"),
        ("language", "!", ""),
        ("country", "de", "DE"),
        ("country", "Germany", ""),
        ("city", "Berlin", "Berlin"),
        ("region", 7, "7"),
        ("region", True, ""),
    ],
)
def test_some_attributes_are_profile_fields_too(person: Subscriber, key: str, value: Any, field: str) -> None:
    _set(person, {key: value})

    assert getattr(_stored(person), key) == field

    _set(person, {}, remove=[key])

    assert getattr(_stored(person), key) == ""


def test_the_context_is_followed_as_it_changes(person: Subscriber) -> None:
    _see(person, Context("Europe/Berlin", "de-DE", BERLIN))
    later = NOW + dt.timedelta(days=1)
    _see(person, Context("Asia/Tokyo", "ja", Location(country="JP")), now=later)

    stored = _stored(person)
    assert (stored.timezone, stored.language, stored.country) == ("Asia/Tokyo", "ja", "JP")
    assert (stored.city, stored.latitude) == ("", None)
    assert stored.last_seen_at == later


def test_an_empty_context_wipes_nothing_out_and_time_never_runs_backwards(person: Subscriber) -> None:
    _see(person, Context("Europe/Berlin", "de-DE", BERLIN))
    _see(person, Context(), now=NOW - dt.timedelta(days=1))

    stored = _stored(person)
    assert (stored.timezone, stored.city, stored.last_seen_at) == ("Europe/Berlin", "Berlin", NOW)


def test_a_country_guessed_from_the_clock_does_not_wipe_out_a_city_in_it(person: Subscriber) -> None:
    _see(person, Context(location=BERLIN))
    _see(person, Context("Europe/Berlin", "", Location(country="DE")))

    assert _stored(person).city == "Berlin"


def test_what_the_site_says_wins_over_what_the_browser_shows(person: Subscriber) -> None:
    _set(person, {"timezone": "Asia/Tokyo", "country": "JP", "language": "no such thing"})
    _see(person, Context("Europe/Berlin", "de-DE", BERLIN))

    stored = _stored(person)
    assert (stored.timezone, stored.country, stored.city) == ("Asia/Tokyo", "JP", "")
    assert stored.language == "de-DE"
