"""What proves that a site's own backend vouches for who its visitor is: a signature over the customer's id and the time.

Version 2 is `v2.TIME.MAC`: TIME in seconds since 1970, MAC the hexadecimal HMAC-SHA256 of “v2”, TIME and the id, one per
line, with a secret of the site. Version 1 was the MAC of the bare id: it says nothing of when, so it is good for ever, and
is taken only where it was in use before version 2 came, and until a day that the operator chooses (docs/identity.md).
"""

import datetime as dt
import enum
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import NamedTuple

VERSION_2 = re.compile(r"v2\.([0-9]{1,12})\.([0-9a-f]{64})", re.IGNORECASE)
VERSION_1 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
# The clock of a backend may be ahead of ours.
AHEAD = dt.timedelta(minutes=5)


class Secret(NamedTuple):
    """One with which a backend may sign, and until when; `signs_v1` if version 1 was in use when it was made."""

    text: str
    retires_at: dt.datetime | None = None
    signs_v1: bool = False

    def __repr__(self) -> str:
        return "<identity secret>"  # never its text: this is what logs and pages of errors show

    def is_good(self, now: dt.datetime) -> bool:
        return self.retires_at is None or now < self.retires_at


class Policy(NamedTuple):
    """How long a signature is good for, and until when version 1 is taken."""

    good_for: dt.timedelta
    v1_until: dt.datetime


class Verdict(enum.Enum):
    VALID = "valid"
    VALID_V1 = "valid, of version 1"
    MISSING = "missing"
    MALFORMED = "malformed"
    OTHER = "made with another secret, or for another id"
    RETIRED = "made with a secret that is retired"
    EXPIRED = "expired"
    EARLY = "made in the future"
    V1_ENDED = "of version 1, which is not taken any more"

    @property
    def is_proof(self) -> bool:
        return self in {Verdict.VALID, Verdict.VALID_V1}


def sign(secret: str, external_id: str, *, at: dt.datetime) -> str:
    """What a backend does; here for the demo shop, the tester and the tests."""
    time = str(int(at.timestamp()))
    return f"v2.{time}.{make_mac(secret, _join(time, external_id))}"


def judge(
    signature: str, external_id: str, secrets: Iterable[Secret], *, policy: Policy, now: dt.datetime
) -> Verdict:
    """`external_id` is in the form in which ids are kept: nothing that is merely written alike is proven along with it."""
    text = signature.strip()
    if not text:
        return Verdict.MISSING
    if match := VERSION_2.fullmatch(text):
        return _judge_v2(match[1], match[2], external_id, secrets, policy, now)
    if VERSION_1.fullmatch(text):
        return _judge_v1(text, external_id, secrets, policy, now)
    return Verdict.MALFORMED


def _judge_v2(  # noqa: PLR0913, PLR0917 - the parts of one signature
    time: str, mac: str, external_id: str, secrets: Iterable[Secret], policy: Policy, now: dt.datetime
) -> Verdict:
    secret = _find_secret(secrets, _join(time, external_id), mac)
    if secret is None:
        return Verdict.OTHER
    if not secret.is_good(now):
        return Verdict.RETIRED
    age = now.timestamp() - int(time)
    if age < -AHEAD.total_seconds():
        return Verdict.EARLY
    return Verdict.VALID if age < policy.good_for.total_seconds() else Verdict.EXPIRED


def _judge_v1(
    mac: str, external_id: str, secrets: Iterable[Secret], policy: Policy, now: dt.datetime
) -> Verdict:
    secret = _find_secret(secrets, external_id, mac)
    if secret is None:
        return Verdict.OTHER
    if not secret.is_good(now):
        return Verdict.RETIRED
    return Verdict.VALID_V1 if secret.signs_v1 and now < policy.v1_until else Verdict.V1_ENDED


def _find_secret(secrets: Iterable[Secret], message: str, mac: str) -> Secret | None:
    """All are tried, whichever fits: how long it takes tells nothing."""
    given = mac.lower().encode()
    found = [
        secret for secret in secrets if hmac.compare_digest(make_mac(secret.text, message).encode(), given)
    ]
    return found[0] if found else None


def _join(time: str, external_id: str) -> str:
    return f"v2\n{time}\n{external_id}"


def make_mac(secret: str, message: str) -> str:
    return hmac.new(secret.encode(), message.encode(errors="replace"), hashlib.sha256).hexdigest()
