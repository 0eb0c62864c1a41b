"""Each operation of a request checked by itself: which are good, and what is to be said of these and the others."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from subscribers.browser_ids import is_placeholder
from subscribers.customer_ids import CustomerIdError, check_customer_id, explain_placeholder
from subscribers.endpoints import PushAddressError, check_endpoint, check_keys
from subscribers.identities import Name
from subscribers.models import Identity, Site
from tracking.cautions import Told, find_cautions, find_forgotten
from tracking.clocks import Skew
from tracking.door import Door
from tracking.event_names import find_names_without_room
from tracking.json_values import JsonValueError, check_text
from tracking.operations import (
    AttributesOperation,
    EventOperation,
    IdentifyOperation,
    Operation,
    OperationError,
    SubscribeOperation,
    parse_operation,
)
from tracking.proving import prove
from tracking.reading import RequestError
from tracking.records import TOLD_BY_BACKENDS
from tracking.unknown_fields import list_unknown_of_operation

NO_ROOM = "name: this site has as many names of events as it can have; use one of those"
UNLISTED_NAME = (
    "name: this site takes no new names from browsers at present; the event is kept in the person's timeline, "
    "and rules find it once the name is accepted"
)


@dataclasses.dataclass(frozen=True)
class Rejection:
    """An operation that is stored nowhere: its id, if it has one, and a sentence that says what would be right."""

    id: str | None
    error: str


@dataclasses.dataclass(frozen=True)
class Caution:
    """What was understood but is not kept as it was sent, of an operation that was accepted; no id: of the request."""

    id: str | None
    warning: str


@dataclasses.dataclass(frozen=True)
class Checked:
    """The operations that are good, the documents that they came from, and what is to be said of these and the others."""

    operations: list[Operation]
    documents: list[Any]
    rejected: list[Rejection]
    warnings: list[Caution]


def read_operations(
    site: Site, documents: Sequence[Any], clock: Skew, *, now: dt.datetime, browser: Name | None = None
) -> Checked:
    """`browser`: who sent all of it; without one, a backend says of each operation whom it is about."""
    trusted = browser is None
    good: dict[int, Operation] = {}
    errors: dict[int, str] = {}
    for position, document in enumerate(documents):
        try:
            operation = parse_operation(document, Door(skew=clock.behind, trusted=trusted))
            _check_operation(operation, document, trusted=trusted)
            good[position] = operation
        except OperationError as error:
            errors[position] = str(error)
    if not trusted:
        errors |= _find_beyond_identities(good)
    crowded = _find_without_room(site, good, trusted=trusted)
    if trusted:
        errors |= dict.fromkeys(crowded, NO_ROOM)
    good = {position: operation for position, operation in good.items() if position not in errors}
    rejected = [_reject(position, documents[position], errors[position]) for position in sorted(errors)]
    warnings = [Caution(None, clock.warning)] if clock.warning else []
    for position, operation in good.items():
        unknown = list_unknown_of_operation(operation, documents[position], trusted=browser is None)
        warnings += [Caution(str(operation.id), f"operations[{position}]: {warning}") for warning in unknown]
    if not trusted:
        warnings += _warn_of_records(documents, good)
        warnings += _prove_names(site, documents, good, now=now)
        warnings += [
            Caution(str(good[position].id), f"operations[{position}].{UNLISTED_NAME}") for position in crowded
        ]
    warnings += [
        Caution(str(good[position].id), f"operations[{position}].at: {sentence}")
        for position, sentence in find_forgotten(site, good, now=now)
    ]
    told = (
        Told(position, read_sender(documents[position]) if browser is None else browser, operation)
        for position, operation in good.items()
        if isinstance(operation, AttributesOperation)
    )
    warnings += [
        Caution(str(each.operation.id), f"operations[{each.position}]: {sentence}")
        for each, sentence in find_cautions(site, told, trusted=trusted)
    ]
    return Checked(list(good.values()), [documents[position] for position in good], rejected, warnings)


def _find_beyond_identities(operations: Mapping[int, Operation]) -> dict[int, str]:
    """A browser is one person's, and at times a second one's who logs in after them."""
    positions = [
        position for position, operation in operations.items() if isinstance(operation, IdentifyOperation)
    ]
    most = settings.TRACK_MAX_IDENTITIES
    return dict.fromkeys(
        positions[most:],
        f"at most {most} identify operations are taken in one request; send the others in another",
    )


def _find_without_room(site: Site, operations: Mapping[int, Operation], *, trusted: bool) -> list[int]:
    """The places of events with a name that is one too many."""
    names = {
        position: operation.name
        for position, operation in operations.items()
        if isinstance(operation, EventOperation)
    }
    refused = find_names_without_room(site, names.values(), trusted=trusted) if names else set()
    return [position for position, name in names.items() if name in refused]


def _warn_of_records(documents: Sequence[Any], good: Mapping[int, Operation]) -> list[Caution]:
    """What only a backend may say, and a browser has said, is left out."""
    return [
        Caution(
            str(operation.id),
            f"operations[{position}].{name}: only your backend may say that; it was left out",
        )
        for position, operation in good.items()
        for name in TOLD_BY_BACKENDS
        if name in type(operation).model_fields and documents[position].get(name) is not None
    ]


def _prove_names(
    site: Site, documents: Sequence[Any], good: dict[int, Operation], *, now: dt.datetime
) -> list[Caution]:
    """Each `identify` gives way to one that says whether it is proven."""
    warnings = []
    for position, operation in good.items():
        if isinstance(operation, IdentifyOperation):
            good[position], told = prove(site, operation, documents[position], now=now)
            if told:
                warnings.append(Caution(str(operation.id), f"operations[{position}].{told}"))
    return warnings


def _reject(position: int, document: Any, message: str) -> Rejection:
    return Rejection(_show_id(document), f"operations[{position}]: {message}")


def _show_id(document: Any) -> str | None:
    id_ = document.get("id") if isinstance(document, Mapping) else None
    return id_ if isinstance(id_, str) and id_.isprintable() and len(id_) <= 100 else None


def _check_operation(operation: Operation, document: Mapping[str, Any], *, trusted: bool) -> None:
    """What a shape alone cannot say."""
    if is_placeholder(operation.id):
        raise OperationError(
            "id: the same for all operations, so only one would count; make a random UUID for each"
        )
    if isinstance(operation, IdentifyOperation):
        problem = explain_placeholder(operation.external_id)
        if problem:
            raise OperationError(f"external_id: {problem}")
    if trusted:
        read_sender(document)
    if isinstance(operation, SubscribeOperation):
        subscription = operation.subscription
        try:
            check_endpoint(subscription.endpoint)
            check_keys(subscription.keys.p256dh, subscription.keys.auth)
        except PushAddressError as error:
            raise OperationError(f"subscription: {error}") from None


def read_uuid(value: Any) -> str:
    try:
        browser = uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise RequestError("subscriber must be a UUID that the browser made and kept.") from None
    if is_placeholder(browser):
        raise RequestError(
            "subscriber stands for nobody in particular, so all visitors would become one person; "
            "send a random UUID that this browser made and kept."
        )
    return str(browser)


def read_sender(document: Mapping[str, Any]) -> tuple[str, str]:
    """Whom a backend's operation is about. An `identify` is about a browser: its external_id is what is told."""
    browser, customer = document.get("subscriber"), document.get("external_id")
    if document.get("type") == "identify" or (browser is not None and customer is None):
        try:
            return Identity.Kind.ANONYMOUS, read_uuid(browser)
        except RequestError as error:
            raise OperationError(str(error)) from None
    if browser is not None or isinstance(customer, bool) or not isinstance(customer, str | int):
        raise OperationError(
            "must name either subscriber (a browser's UUID) or external_id (your customer's id)"
        )
    text = str(customer)
    try:
        check_text(text, "external_id")
        return Identity.Kind.EXTERNAL, check_customer_id(text)
    except JsonValueError as error:
        raise OperationError(str(error)) from None
    except CustomerIdError as error:
        raise OperationError(f"external_id: {error}") from None
