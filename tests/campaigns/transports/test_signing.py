"""VAPID signatures are reused for hours and never valid for longer than RFC 8292 allows."""

import base64
import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from campaigns.transports.base import Sender
from campaigns.transports.signing import authorize
from subscribers.vapid import make_vapid_key
from tests.factories import NOW

SENDER = Sender(make_vapid_key(), "push@shop.example")


def read_expiry(header: str) -> dt.datetime:
    token = header.removeprefix("vapid t=").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return dt.datetime.fromtimestamp(claims["exp"], dt.UTC)


@given(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_a_signature_is_always_valid_for_hours_and_at_most_a_day(now: dt.datetime) -> None:
    left = read_expiry(authorize(SENDER, "https://push.example", now=now)) - now
    assert dt.timedelta(hours=12) <= left <= dt.timedelta(hours=24)


def test_the_same_hours_share_a_signature_and_origins_do_not() -> None:
    first = authorize(SENDER, "https://push.example", now=NOW)
    assert authorize(SENDER, "https://push.example", now=NOW + dt.timedelta(hours=1)) == first
    assert authorize(SENDER, "https://other.example", now=NOW) != first
