"""How often the open doors may be used: by one address, by one browser, at one site (docs/limits.md).

Who was just refused is refused again before anything of the request is read, and without asking anybody.
"""

import uuid
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from access.addresses import read_network
from subscribers.buckets import Bucket, Limit, take
from subscribers.refusals import Refusal, Refusals
from tracking.origins import is_known_origin
from tracking.reading import RequestError

PREFLIGHT = "preflight"

refusals = Refusals()


class TooManyRequestsError(RequestError):
    """429. `origins`: the pages that may read this answer, as far as they are known already."""

    def __init__(self, refusal: Refusal) -> None:
        wait = max(1, int(refusal.wait) + 1)
        super().__init__(
            f"That is more than is taken at once. Try again in {wait} second{'s' if wait > 1 else ''}.",
            429,
            retry_after=wait,
        )
        self.origins = refusal.origins


class Asker(NamedTuple):
    """Who stands at a door, as far as the connection shows it before the body is read."""

    network: str
    origin: str = ""


def read_asker(request: HttpRequest) -> Asker:
    return Asker(read_network(request), request.headers.get("Origin", "")[:200])


def turn_away_refused(*anybody: Any) -> None:
    """Raise TooManyRequestsError if one of these was refused a moment ago, and may not come again yet."""
    refusal = refusals.find(*anybody)
    if refusal is not None:
        raise TooManyRequestsError(refusal)


def take_turn_of_stranger(asker: Asker) -> None:
    """For what names no site of ours: bodies that cannot be read, keys that nobody has."""
    wanted = {asker: Bucket(f"-:address:{asker.network}", address_limit())}
    _take(wanted, lambda: [asker.origin] if is_known_origin(asker.origin) else [])


def take_turn_of_preflight(asker: Asker) -> None:
    """Counted by themselves: a page whose preflight fails could not read why its request is refused, and until when."""
    who = (PREFLIGHT, asker)
    turn_away_refused(who)
    _take({who: Bucket(f"{PREFLIGHT}:address:{asker.network}", address_limit())}, list)


def take_turn(asker: Asker, site_id: int, site_name: str, person: str = "") -> None:
    """One request at a site; `site_name` and `person` are what the next request will name it and them by."""
    wanted: dict[Any, Bucket] = {asker: Bucket(f"{site_id}:address:{asker.network}", address_limit())}
    if person:
        wanted[site_name, person] = Bucket(f"{site_id}:person:{person}", person_limit())
    wanted[site_name] = Bucket(f"{site_id}:all", site_limit())
    _take(wanted, lambda: [asker.origin] if asker.origin else [])


def _take(wanted: dict[Any, Bucket], find_origins: Callable[[], Collection[str]]) -> None:
    """Which pages may read the refusal is asked once for all that follow it."""
    verdict = take(list(wanted.values()))
    if verdict.refused_by is not None:
        who = next(who for who, bucket in wanted.items() if bucket == verdict.refused_by)
        raise TooManyRequestsError(refusals.note(who, verdict.wait, find_origins()))


def name_person(subscriber: Any) -> str:
    """One name for a browser however its UUID is spelled; none for what is no UUID, and is refused in any case."""
    try:
        return uuid.UUID(subscriber).hex if isinstance(subscriber, str) else ""
    except ValueError:
        return ""


def name_site(key: Any) -> str:
    return key if isinstance(key, str) and len(key) < 200 else ""


def address_limit() -> Limit:
    return Limit(settings.LIMIT_ADDRESS_PER_SECOND, settings.LIMIT_ADDRESS_BURST)


def person_limit() -> Limit:
    return Limit(settings.LIMIT_SUBSCRIBER_PER_SECOND, settings.LIMIT_SUBSCRIBER_BURST)


def site_limit() -> Limit:
    return Limit(settings.LIMIT_SITE_PER_SECOND, settings.LIMIT_SITE_BURST)


def spare_log(response: HttpResponse) -> None:
    """A flood must not become one of the log as well: Django writes a line for each answer that is none of these."""
    response._has_been_logged = True  # type: ignore[attr-defined]
