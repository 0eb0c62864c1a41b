"""Operations that cannot be applied: set aside with the reason, listed, tried again, or discarded by people."""

import datetime as dt
import json
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from pydantic import ValidationError

from subscribers.ids import take_ids
from subscribers.models import Identity
from subscribers.viewing import find_hidden, mask_attributes, mask_field, mask_properties
from subscribers.waking import wake
from tracking.failures import DEADLY, describe_failure
from tracking.inbox import DRAIN_TASK, Waiting
from tracking.models import InboxItem
from tracking.operations import PAGE_VIEW, Envelope

logger = logging.getLogger(__name__)


class Failure(NamedTuple):
    """What could not be applied: the payload of an item of its own, and why not."""

    item: Waiting
    payload: Any
    error: Exception


def read_envelopes(items: Sequence[Waiting]) -> tuple[list[tuple[Waiting, Envelope]], tuple[Failure, ...]]:
    """What is stored, as objects; what this version cannot read of it, operation by operation."""
    read: list[tuple[Waiting, Envelope]] = []
    failures: list[Failure] = []
    for item in items:
        try:
            read.append((item, Envelope.model_validate_json(item.payload)))
        except ValidationError as error:
            envelope, unreadable = _read_what_can_be_read(item, error)
            failures += unreadable
            if envelope is not None:
                read.append((item, envelope))
    return read, tuple(failures)


def _read_what_can_be_read(item: Waiting, error: ValidationError) -> tuple[Envelope | None, list[Failure]]:
    whole = json.loads(item.payload)
    operations = whole.get("operations") if isinstance(whole, dict) else None
    good: list[Any] = []
    failures: list[Failure] = []
    for operation in operations if isinstance(operations, list) else []:
        alone = {**whole, "operations": [operation]}
        try:
            Envelope.model_validate(alone)
            good.append(operation)
        except ValidationError as its_error:
            failures.append(Failure(item, alone, its_error))
    if not good and not failures:
        return None, [Failure(item, whole, error)]
    return Envelope.model_validate({**whole, "operations": good}) if good else None, failures


def set_aside(failures: Sequence[Failure], *, now: dt.datetime) -> None:
    """Keep each as an item of its own, which no drain looks at. In the caller's transaction."""
    rows = take_ids(
        InboxItem(
            site_id=failure.item.site_id,
            lane=failure.item.lane,
            shard=failure.item.shard,
            sender=failure.item.sender,
            payload=failure.payload,
            received_at=failure.item.received_at,
            failed_at=now,
            failure=describe_failure(failure.error),
        )
        for failure in failures
    )
    InboxItem.objects.bulk_create(rows)
    for row in rows:
        logger.error("Inbox item %s set aside: %s", row.pk, row.failure)


def list_set_aside() -> QuerySet[InboxItem]:
    """The operations that wait for somebody's decision, the oldest first."""
    return InboxItem.objects.filter(failed_at__isnull=False).select_related("site").order_by("pk")


@transaction.atomic
def try_again(items: QuerySet[InboxItem]) -> int:
    """Back into the inbox, behind nothing that waits there; returns how many. What fails again is set aside again."""
    number = items.filter(failed_at__isnull=False).update(failed_at=None, failure="")
    transaction.on_commit(partial(wake, DRAIN_TASK), robust=True)
    return number


def discard(items: QuerySet[InboxItem]) -> int:
    """Forget them for good; returns how many."""
    return items.filter(failed_at__isnull=False).delete()[0]


def say_what(item: InboxItem) -> str:
    """What was to be applied, of whom, in a line without anything that was sent about them."""
    payload = item.payload if isinstance(item.payload, dict) else {}
    kinds = [str(each.get("type", "?")) for each in payload.get("operations", []) if isinstance(each, dict)]
    return f"{', '.join(kinds) or 'unreadable'} of {payload.get('kind', '?')} {_say_whom(item, payload)}"


def _say_whom(item: InboxItem, payload: dict[str, Any]) -> Any:
    value = payload.get("value", "?")
    is_name = payload.get("kind") == Identity.Kind.EXTERNAL
    return mask_field("external_id", value, item.site_id) if is_name else value


def show_sent(item: InboxItem) -> Any:
    """As it was sent, without what whoever looks may not see."""
    payload = item.payload
    if not isinstance(payload, dict) or not any(find_hidden(item.site_id)):
        return payload
    site_id, shown = item.site_id, dict(payload)
    if payload.get("kind") == Identity.Kind.EXTERNAL:
        shown["value"] = mask_field("external_id", payload.get("value"), site_id)
    operations = payload.get("operations")
    if isinstance(operations, list):
        shown["operations"] = [
            _mask_operation(each, site_id) if isinstance(each, dict) else each for each in operations
        ]
    return shown


def _mask_operation(operation: dict[str, Any], site_id: int) -> dict[str, Any]:
    shown = {name: mask_field(name, value, site_id) for name, value in operation.items()}
    if isinstance(operation.get("properties"), dict):
        name = str(operation.get("name", ""))
        shown["properties"] = mask_properties(name, operation["properties"], site_id)
    if isinstance(operation.get("set"), dict):
        told = mask_attributes(operation["set"], site_id)
        shown["set"] = {name: mask_field(name, value, site_id) for name, value in told.items()}
    if operation.get("type") == "page":
        told = {name: operation[name] for name in ("url", "title", "referrer") if name in operation}
        shown |= mask_properties(PAGE_VIEW, told, site_id)
    return shown


def say_why(item: InboxItem) -> str:
    """What gave up, and what can be done about it."""
    if item.failure.startswith("ValidationError"):
        return "This version cannot read it: try again after an upgrade."
    if item.failure.startswith(DEADLY):
        return f"{item.failure}, so nothing else was applied with it. Give workers more memory, or upgrade, and try again."
    return "Applying it failed though others of its kind could be applied: a fault in Carillon. Try again after an upgrade."
