"""What is known of one subscriber, as the evaluator reads it, and how stored values read as each family."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segments.rules.operators import Family, to_decimal
from segments.rules.text import fold, fold_address
from segments.rules.written_moments import read_written_moment

# Instants inside JSON are compared, and those of attributes are kept, in this one form, in which the order of text is the
# order of time. What lies before 1900 or after 2199 stands for no moment, as 0001-01-01 does for none: rules cannot name
# such instants either.
INSTANT_REGEX = "^(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$"


def write_instant(instant: dt.datetime) -> str:
    """An instant as JSON keeps it: UTC, to the microsecond."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


@dataclass(frozen=True)
class DeviceFacts:
    kind: str
    os: str
    browser: str
    created_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True)
class EventFacts:
    name: str
    occurred_at: dt.datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class ForgottenEvents:
    """What is remembered of events of one name that the log no longer holds.

    `last_at`: the latest of them that is known, which is the first where later ones than all of them are kept.
    """

    count: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True)
class SubscriberFacts:
    """`profile` holds text (empty: not known) and, under `…_at`, instants; `segments` the ids they are a member of.

    `events` are those that the log holds, in any order; `forgotten`, by name, those that it held once.
    """

    attributes: Mapping[str, Any]
    profile: Mapping[str, str | dt.datetime]
    uuid: str = ""
    latitude: float | None = None
    longitude: float | None = None
    devices: tuple[DeviceFacts, ...] = ()
    events: tuple[EventFacts, ...] = ()
    forgotten: Mapping[str, ForgottenEvents] = field(default_factory=dict)
    segments: frozenset[int] = frozenset()


def read_json(raw: Any, family: Family, *, of_address: bool = False) -> Any:
    """A JSON value in the form its family compares, or None when it is of another family."""
    match family, raw:
        case Family.TEXT, str():
            return fold_address(raw) if of_address else fold(raw)
        case Family.NUMBER, int() | float() if not isinstance(raw, bool):
            return to_decimal(raw)
        case Family.BOOLEAN, bool():
            return raw
        case Family.TIME, str():
            return raw if re.fullmatch(INSTANT_REGEX, raw) else read_written_moment(raw)
        case Family.LIST, list():
            return tuple(_read_element(each) for each in raw)
    return None


def _read_element(raw: Any) -> Any:
    """Text or a number; anything else is an element too, but equal to nothing that a rule can name."""
    text = read_json(raw, Family.TEXT)
    return text if text is not None else read_json(raw, Family.NUMBER)
