"""From a request to the inbox: each operation is checked, those that are good are stored durably, in one statement."""

import dataclasses
import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from subscribers.geolocation import locate
from subscribers.models import Identity, Site
from subscribers.profile_fields import clean_field
from subscribers.profiles import Context
from subscribers.waking import wake
from tracking.checking import Caution, Checked, Rejection, read_operations, read_sender, read_uuid
from tracking.clocks import measure_skew
from tracking.inbox import DRAIN_TASK
from tracking.models import InboxItem
from tracking.operations import Envelope, Operation
from tracking.reading import RequestError
from tracking.room import RETRY_SECONDS, room
from tracking.unknown_fields import BACKEND_REQUEST, BROWSER_REQUEST, CONTEXT, list_unknown


@dataclasses.dataclass(frozen=True)
class Accepted:
    accepted: int
    rejected: list[Rejection]
    warnings: list[Caution]


@dataclasses.dataclass(frozen=True)
class Visitor:
    """What the connection shows of the browser: used, not stored (the address), or stored (its User-Agent)."""

    ip: str = ""
    user_agent: str = ""


def accept_request(*, site: Site, body: Mapping[str, Any], visitor: Visitor, now: dt.datetime) -> Accepted:
    """A browser's request, durable when this returns. Raises RequestError if it is wrong as a whole."""
    browser = read_uuid(body.get("subscriber"))
    context = _read_context(body.get("context"), visitor.ip)
    clock = measure_skew(body.get("sent_at"), now=now)
    sender = (Identity.Kind.ANONYMOUS, browser)
    checked = read_operations(site, _read_list(body.get("operations")), clock, now=now, browser=sender)
    unknown = list_unknown(body, BROWSER_REQUEST) + list_unknown(
        body.get("context") or {}, CONTEXT, "context."
    )
    envelope = Envelope(
        kind=Identity.Kind.ANONYMOUS,
        value=browser,
        source="sdk",
        context=context,
        user_agent=visitor.user_agent,
        operations=checked.operations,
    )
    store_envelopes(site, [envelope] if checked.operations else [], now=now)
    return _answer(checked, unknown)


def accept_backend_request(*, site: Site, body: Mapping[str, Any], now: dt.datetime) -> Accepted:
    """The same from a site's own backend: each operation names its `subscriber` or `external_id`.

    Who brings very much asks for the `lane` import: what visitors do goes before it.
    """
    chosen = _read_lane(body.get("lane"))
    clock = measure_skew(body.get("sent_at"), now=now)
    checked = read_operations(site, _read_list(body.get("operations")), clock, now=now)
    by_sender: dict[tuple[str, str], list[Operation]] = {}
    for operation, document in zip(checked.operations, checked.documents, strict=True):
        by_sender.setdefault(read_sender(document), []).append(operation)
    store_envelopes(
        site,
        [
            Envelope(kind=Identity.Kind(kind), value=value, source="api", operations=theirs)
            for (kind, value), theirs in by_sender.items()
        ],
        now=now,
        lane=chosen,
    )
    return _answer(checked, list_unknown(body, BACKEND_REQUEST))


def _answer(checked: Checked, unknown: Sequence[str]) -> Accepted:
    """With what is to be said of the request as a whole first."""
    told = [Caution(None, warning) for warning in unknown]
    return Accepted(len(checked.operations), checked.rejected, told + checked.warnings)


def _read_lane(lane: Any) -> InboxItem.Lane:
    found = {None: InboxItem.Lane.LIVE, "live": InboxItem.Lane.LIVE, "import": InboxItem.Lane.IMPORT}
    if not isinstance(lane, str | None) or lane not in found:
        raise RequestError('lane must be "live" or "import".')
    return found[lane]


def _read_list(operations: Any) -> list[Any]:
    if not isinstance(operations, list) or not operations:
        raise RequestError("operations must be a list with at least one operation.")
    if len(operations) > settings.TRACK_MAX_OPERATIONS:
        raise RequestError(f"operations may have at most {settings.TRACK_MAX_OPERATIONS} entries at once.")
    return operations


def store_envelopes(
    site: Site, envelopes: Sequence[Envelope], *, now: dt.datetime, lane: int = InboxItem.Lane.LIVE
) -> None:
    """One statement, so all or nothing; committed before the caller answers."""
    if not envelopes:
        return
    rows = []
    for envelope in envelopes:
        sender = zlib.crc32(f"{site.pk}:{envelope.kind}:{envelope.value}".encode())
        rows.append(
            InboxItem(
                site=site,
                lane=lane,
                shard=sender % InboxItem.SHARDS,
                sender=sender,
                payload=envelope.model_dump(mode="json"),
                received_at=now,
            )
        )
    if room.is_full():
        raise RequestError(
            "Too much waits here to be taken in. Try again in a moment.", 503, retry_after=RETRY_SECONDS
        )
    InboxItem.objects.bulk_create(rows)
    transaction.on_commit(partial(wake, DRAIN_TASK))


def _read_context(value: Any, ip: str) -> Context:
    """What makes no sense in it is left out: a visitor's odd clock is no reason to lose what they did."""
    if not isinstance(value, dict | None):
        raise RequestError("context must be an object with timezone, language and url.")
    value = value or {}
    timezone = clean_field("timezone", value.get("timezone"))
    return Context(
        timezone=timezone,
        language=clean_field("language", value.get("language")),
        location=locate(ip, timezone),
    )
