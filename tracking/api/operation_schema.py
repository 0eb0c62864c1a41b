"""How the OpenAPI document tells what a backend sends: by the very models that check it."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from drf_spectacular.contrib.pydantic import PydanticExtension
from drf_spectacular.plumbing import ResolvedComponent
from pydantic import BaseModel, Field

from tracking.operations import (
    AttributesOperation,
    EventOperation,
    IdentifyOperation,
    PageOperation,
    SubscribeOperation,
    UnsubscribeOperation,
)


class RequestModels(PydanticExtension):  # type: ignore[no-untyped-call]
    """Pydantic's models as they are sent: drf-spectacular's own extension shows them as they are answered with."""

    priority = 1

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = self.target.model_json_schema(ref_template="#/components/schemas/{model}", mode="validation")
        for name, inner in schema.pop("$defs", {}).items():
            kind = ResolvedComponent.SCHEMA
            for field in inner.get("properties", {}).values():
                field.pop("default", None)  # generators take what has a default for always there
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name=name, type=kind, object=name, schema=inner
            )
            auto_schema.registry.register_on_missing(component)
        for field in schema["properties"].values():
            field.pop("default", None)
        return dict(schema)


class _Sender(BaseModel):
    """Whom an operation is about: by the id that their browser made, or by your customer's id; never by both."""

    subscriber: UUID | None = Field(None, description="The id that the browser made")
    external_id: str | int | None = Field(None, description="Your own id of the customer")


class BackendEvent(EventOperation, _Sender):
    """Somebody did something."""


class BackendPage(PageOperation, _Sender):
    """Somebody saw a page."""


class BackendAttributes(AttributesOperation, _Sender):
    """What is known of somebody."""


class BackendIdentify(IdentifyOperation):
    """Which customer a browser belongs to."""

    subscriber: UUID = Field(description="The id that the browser made")


class BackendSubscribe(SubscribeOperation, _Sender):
    """A device that may be sent to."""


class BackendUnsubscribe(UnsubscribeOperation, _Sender):
    """Somebody wants no more pushes."""


BackendOperation = Annotated[
    BackendEvent | BackendPage | BackendAttributes | BackendIdentify | BackendSubscribe | BackendUnsubscribe,
    Field(discriminator="type"),
]


class TrackRequest(BaseModel):
    """Operations of one site, in the order in which they happened."""

    site: int | str = Field(description="The site's id or its public key")
    operations: list[BackendOperation] = Field(min_length=1)
    lane: Literal["live", "import"] | None = Field(
        None,
        description="`import` for what visitors need not wait for: it is applied when nothing live waits. Each person's "
        "operations keep their order across both.",
    )
    sent_at: dt.datetime | None = Field(
        None,
        description="When you send this, by the clock that wrote each `at`: by how much it is off, they are put right.",
    )
