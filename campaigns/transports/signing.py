"""The Authorization header for one push service (VAPID, RFC 8292), signed once and reused for hours."""

import datetime as dt
import functools

from py_vapid import Vapid02

from campaigns.transports.base import Sender

_SLOT = dt.timedelta(hours=6)
_VALIDITY = dt.timedelta(hours=18)  # from the start of the slot; RFC 8292 allows 24 hours at most


def authorize(sender: Sender, origin: str, *, now: dt.datetime) -> str:
    """The header's value for pushes to `origin`; the same for all that fall into the same six hours."""
    slot = int(now.timestamp() // _SLOT.total_seconds())
    return _sign(sender, origin, slot)


@functools.lru_cache(maxsize=1000)
def _sign(sender: Sender, origin: str, slot: int) -> str:
    expires = int(slot * _SLOT.total_seconds() + _VALIDITY.total_seconds())
    claims = {
        "aud": origin,
        "exp": expires,
        "sub": f"mailto:{sender.contact.strip().removeprefix('mailto:')}",
    }
    header: str = Vapid02.from_raw(sender.private_key.encode()).sign(claims)["Authorization"]
    return header
