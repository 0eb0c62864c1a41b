"""What a backend says of those whom it imports, out of its own records: since when they are known, and where they are."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ValidationInfo, model_validator

from subscribers.instants import parse_instant, read_instant
from tracking.door import Door

LONGEST_NAME = 50


def _told(read: Callable[[Any], Any]) -> BeforeValidator:
    """A browser says none of this: what it sends under these names is left out."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        door = info.context
        return None if value is None or (isinstance(door, Door) and not door.trusted) else read(value)

    return BeforeValidator(validate)


def _read_created_at(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    return read_instant(value) if isinstance(value, str) else parse_instant(value)


def _read_degrees(most: int) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            raise ValueError(f"must be a number from -{most} to {most}")
        return float(value)

    return read


def _read_name(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_NAME:
        raise ValueError(f"must be text of at most {LONGEST_NAME} printable characters")
    return value.strip()


def _read_kind(value: Any) -> str:
    if value not in ("mobile", "tablet", "desktop"):
        raise ValueError("must be mobile, tablet or desktop")
    return str(value)


Name = Annotated[str | None, _told(_read_name)]


class PersonRecord(BaseModel):
    """Of the person: with any operation about them."""

    created_at: Annotated[dt.datetime | None, _told(_read_created_at)] = None
    latitude: Annotated[float | None, _told(_read_degrees(90))] = None
    longitude: Annotated[float | None, _told(_read_degrees(180))] = None

    @model_validator(mode="after")
    def check_place(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together")
        return self


class DeviceRecord(BaseModel):
    """Of the device, with its subscription. `created_at` is then that of both."""

    device: Annotated[Literal["mobile", "tablet", "desktop"] | None, _told(_read_kind)] = None
    browser: Name = None
    os: Name = None


TOLD_BY_BACKENDS = (*PersonRecord.model_fields, *DeviceRecord.model_fields)
