"""The shapes of what clients send, one class per type of operation (docs/sdk.md), and of what waits in the inbox."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)

from subscribers.customer_ids import LONGEST as LONGEST_ID
from subscribers.customer_ids import clean_customer_id
from subscribers.instants import check_instant, parse_instant
from subscribers.keys import clean_key
from subscribers.models import Identity
from subscribers.non_values import show
from subscribers.profiles import Context
from tracking.clocks import correct
from tracking.door import NOTHING_KNOWN, Door
from tracking.json_values import LONGEST_KEY, JsonValueError, check_attribute, check_object, check_text
from tracking.records import DeviceRecord, PersonRecord

PAGE_VIEW = "$page_view"
SESSION_START = "$session_start"
SUBSCRIBED = "$subscribed"
UNSUBSCRIBED = "$unsubscribed"
# What the database stores in no text: NUL, and halves of surrogate pairs.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# No website that reports to us is older; a clock that starts anew shows less.
EARLIEST_EVENT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# Letters of Persian, Hindi and others, and families of emoji, are spelled with these (U+200C, U+200D).
JOINERS = re.compile("[\u200c\u200d]")


def _read_at(value: Any, info: ValidationInfo) -> Any:
    """ISO 8601 only: pydantic would take numbers too, and guess between seconds and milliseconds."""
    if value is None or isinstance(value, dt.datetime):
        return value
    at = parse_instant(value)
    if not isinstance(info.context, Door):
        return at
    return check_instant(correct(at, info.context.skew), earliest=EARLIEST_EVENT)


def _check_name(name: str) -> str:
    name = clean_key(name)
    if name.startswith("$") and name != SESSION_START:
        raise ValueError("names that start with $ are reserved; send this event without the $")
    if not JOINERS.sub("", name).isprintable():
        raise ValueError("may hold printable characters only")
    if not show(name):
        raise ValueError("must not be empty")
    return name


def _check_properties(properties: dict[str, Any]) -> dict[str, Any]:
    check_object(properties)
    return {key: value for key, value in properties.items() if value is not None}


def _check_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    check_object(attributes)
    for key, value in attributes.items():
        check_attribute(value, key)
    return {_check_key(key): value for key, value in attributes.items()}


def _check_key(key: str) -> str:
    name = clean_key(key)
    if not name:
        raise JsonValueError("", "the name of an attribute must not be empty")
    return name


def _check_text(text: str) -> str:
    check_text(text, "")
    return text


def _cut(length: int) -> BeforeValidator:
    """Long titles and addresses are cut rather than refused: the page was seen all the same."""
    return BeforeValidator(lambda value: value[:length] if isinstance(value, str) else value)


def _number_to_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _read_optional(value: Any) -> Any:
    """What need not be there may as well be null, and a page called 404 may say so by a number.

    A title that was cut in the middle of an emoji is no reason to lose the view of the page, either.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _or_nothing(empty: type[dict[str, Any]] | type[list[Any]]) -> BeforeValidator:
    return BeforeValidator(lambda value: empty() if value is None else value)


def _clean_external_id(text: str) -> str:
    """Its form and length alone: whether it can be anybody's id is asked at the door, not again in the drain."""
    value = clean_customer_id(text)
    if not value:
        raise ValueError("must not be empty")
    if len(value) > LONGEST_ID:
        raise ValueError(f"must have at most {LONGEST_ID} characters")
    return value


CleanText = Annotated[str, AfterValidator(_check_text)]
At = Annotated[dt.datetime, BeforeValidator(_read_at)]
OPTIONAL = BeforeValidator(_read_optional)
# Bounded as it is kept: it is read again, out of the inbox.
Key = Annotated[CleanText, AfterValidator(clean_key), Field(min_length=1, max_length=LONGEST_KEY)]
ExternalId = Annotated[
    str,
    AfterValidator(_clean_external_id),
    AfterValidator(_check_text),
    BeforeValidator(_number_to_text),
]


class _Operation(PersonRecord, BaseModel):
    """`id` is made by the client: the same one twice counts once. Unknown keys are ignored."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    at: At | None = None


class EventOperation(_Operation):
    type: Literal["event"]
    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
        AfterValidator(_check_name),
    ]
    properties: Annotated[dict[str, Any], _or_nothing(dict), AfterValidator(_check_properties)] = {}


class PageOperation(_Operation):
    type: Literal["page"]
    url: Annotated[CleanText, _cut(2000), Field(min_length=1)]
    title: Annotated[CleanText, _cut(300), OPTIONAL] = ""
    referrer: Annotated[CleanText, _cut(2000), OPTIONAL] = ""


class AttributesOperation(_Operation):
    type: Literal["attributes"]
    set: Annotated[dict[str, Any], _or_nothing(dict), AfterValidator(_check_attributes)] = {}
    unset: Annotated[list[Key], _or_nothing(list), Field(max_length=100)] = []


def _only_stored(value: Any, info: ValidationInfo) -> Any:
    """What the door itself found out, read out of the inbox; whoever sends it is not believed."""
    return False if isinstance(info.context, Door) else value


class IdentifyOperation(_Operation):
    """`proven`: the door saw a valid signature, or the site trusts names (tracking/proving.py); a backend needs neither."""

    type: Literal["identify"]
    external_id: ExternalId
    # Checked at the door, then of no use.
    signature: Annotated[CleanText, Field(max_length=200, exclude=True), OPTIONAL] = ""
    proven: Annotated[bool, BeforeValidator(_only_stored)] = False


class SubscriptionKeys(BaseModel):
    p256dh: CleanText
    auth: CleanText


class Subscription(BaseModel):
    """What a browser's PushSubscription.toJSON() gives (W3C Push API)."""

    endpoint: CleanText
    keys: SubscriptionKeys


class SubscribeOperation(_Operation, DeviceRecord):
    type: Literal["subscribe"]
    subscription: Subscription


class UnsubscribeOperation(_Operation):
    type: Literal["unsubscribe"]
    reason: Annotated[CleanText, _cut(200), OPTIONAL] = ""


Operation = Annotated[
    EventOperation
    | PageOperation
    | AttributesOperation
    | IdentifyOperation
    | SubscribeOperation
    | UnsubscribeOperation,
    Field(discriminator="type"),
]
TYPES = ("event", "page", "attributes", "identify", "subscribe", "unsubscribe")


class Envelope(BaseModel):
    """What one inbox item holds: operations of one sender, with what their request showed. Never the IP address."""

    kind: Identity.Kind
    value: str
    source: Literal["sdk", "api"]
    context: Context = Context()
    user_agent: str = ""
    operations: list[Operation]


class OperationError(ValueError):
    """An operation that is refused; the message names the place and says what would be right there."""


_adapter: TypeAdapter[Operation] = TypeAdapter(Operation)


def parse_operation(document: Any, door: Door = NOTHING_KNOWN) -> Operation:
    """One operation out of parsed JSON, as it comes in."""
    if not isinstance(document, Mapping):
        raise OperationError("must be an object with id and type")
    try:
        return _adapter.validate_python(document, context=door)
    except ValidationError as error:
        raise OperationError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    """The first thing that is wrong, without repeating what the client sent."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"] if part not in TYPES)
    context = first.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, JsonValueError):
        path = ".".join(part for part in (path, cause.path) if part)
        return f"{path}: {cause.message}" if path else cause.message
    sentence = SENTENCES.get(first["type"]) or (str(cause) if cause else first["msg"])
    message = sentence.replace("{max_length}", str(context.get("max_length")))
    return f"{path}: {message}" if path else message


SENTENCES = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "must be text without halves of surrogate pairs",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "list_type": "must be a list",
    "uuid_type": "must be a UUID, as text",
    "uuid_parsing": "must be a UUID",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "too_long": "is too long; at most {max_length} are allowed",
    "union_tag_not_found": f"type is missing; it is one of {', '.join(TYPES)}",
    "union_tag_invalid": f"type must be one of {', '.join(TYPES)}",
}
