"""Attributes that are fields of the profile too: `timezone` is the time zone that campaigns go by."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from subscribers.attribute_values import AttributeValueError
from subscribers.countries import COUNTRIES
from subscribers.emails import clean_email, is_email
from subscribers.timezones import find_timezone

LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}", re.ASCII)
LONGEST_LANGUAGE = 35
LONGEST_PLACE = 100
# Codes that people write, although ISO 3166 keeps them for others.
USUAL_COUNTRIES = {"UK": "GB", "EL": "GR"}


class ProfileField(NamedTuple):
    """How a text becomes the field's value, empty if it cannot; and what would be right."""

    clean: Callable[[str], str]
    wanted: str


def clean_field(field: str, value: Any) -> str:
    """A profile field's value in its proper form; empty if this is no such field, or no such value."""
    if field not in PROFILE_FIELDS or not isinstance(value, str):
        return ""
    return PROFILE_FIELDS[field].clean(value.strip())


def read_field(field: str, value: Any) -> str:
    """The same of a value that somebody sent: empty text takes the field back. Raises AttributeValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise AttributeValueError(f"needs {PROFILE_FIELDS[field].wanted}")
    cleaned = clean_field(field, value)
    if value.strip() and not cleaned:
        raise AttributeValueError(f"needs {PROFILE_FIELDS[field].wanted}")
    return cleaned


def _clean_email(text: str) -> str:
    address = clean_email(text)
    return address if is_email(address) else ""


def _clean_language(text: str) -> str:
    fits = LANGUAGE.fullmatch(text) and len(text) <= LONGEST_LANGUAGE
    return text.replace("_", "-") if fits else ""


def _clean_country(text: str) -> str:
    code = USUAL_COUNTRIES.get(text.upper(), text.upper())
    return code if code in COUNTRIES else ""


def _clean_place(text: str) -> str:
    return text if len(text) <= LONGEST_PLACE else ""


PROFILE_FIELDS: dict[str, ProfileField] = {
    "email": ProfileField(_clean_email, "an e-mail address, like ann@shop.example"),
    "timezone": ProfileField(find_timezone, "the name of a time zone, like Europe/Berlin"),
    "language": ProfileField(_clean_language, "the code of a language, like de-DE"),
    "country": ProfileField(_clean_country, "the code of a country in two letters, like DE"),
    "region": ProfileField(_clean_place, f"the name of a region, in at most {LONGEST_PLACE} characters"),
    "city": ProfileField(_clean_place, f"the name of a city, in at most {LONGEST_PLACE} characters"),
}
