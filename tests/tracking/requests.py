"""What browsers and backends send, for tests: operations, bodies, and a client that sends them."""

import datetime as dt
import json
import uuid
from typing import Any

from django.test import Client

from subscribers import signatures
from subscribers.customer_ids import clean_customer_id
from subscribers.identity_secrets import read_secrets
from subscribers.models import Site
from tests.factories import NOW
from tracking.draining import drain_inbox
from tracking.ingestion import Accepted, Visitor, accept_request
from tracking.outcomes import DrainResult

BROWSER = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
OTHER_BROWSER = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
ORIGIN = "https://shop.example"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/one"
P256DH = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
AUTH = "tBHItJI5svbpez7KI4CCXg"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

Json = dict[str, Any]


def _operation(type_: str, values: Json) -> Json:
    return {"id": str(uuid.uuid4()), "type": type_, **values}


def event(name: str = "add_to_cart", **values: Any) -> Json:
    return _operation("event", {"name": name, "properties": {}, **values})


def page(url: str = "https://shop.example/sale/shoes", **values: Any) -> Json:
    return _operation("page", {"url": url, **values})


def attributes(*, unset: list[str] | None = None, **values: Any) -> Json:
    return _operation("attributes", {"set": values, "unset": unset or []})


def identify(external_id: str, **values: Any) -> Json:
    return _operation("identify", {"external_id": external_id, **values})


def subscribe(endpoint: str = ENDPOINT, **values: Any) -> Json:
    subscription = {"endpoint": endpoint, "keys": {"p256dh": P256DH, "auth": AUTH}}
    return _operation("subscribe", {"subscription": subscription, **values})


def unsubscribe(**values: Any) -> Json:
    return _operation("unsubscribe", values)


def sign(site: Site, external_id: str, *, at: dt.datetime | None = None) -> str:
    """As the site's backend does, just now, with its newest secret."""
    secret = read_secrets(site.pk)[0].text
    return signatures.sign(secret, external_id, at=at or dt.datetime.now(dt.UTC))


def _add_signature(site: Site, operation: Json, at: dt.datetime) -> Json:
    if operation.get("type") != "identify" or "signature" in operation:
        return operation
    return {**operation, "signature": sign(site, clean_customer_id(str(operation["external_id"])), at=at)}


def body(site: Site, *operations: Any, **values: Any) -> Json:
    return {
        "site_key": site.public_key,
        "subscriber": BROWSER,
        "context": {"timezone": "Europe/Berlin", "language": "de-DE", "url": "https://shop.example/cart"},
        "operations": list(operations),
        **values,
    }


def post(content: Any, client: Client | None = None, **headers: Any) -> Any:
    """POST to the browser door as a page of the shop would; bytes go as they are."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    options = {"content_type": "application/json", "HTTP_ORIGIN": ORIGIN, **headers}
    return (client or Client()).post("/v1/track", data, **options)


def send(
    site: Site,
    *operations: Json,
    browser: str = BROWSER,
    at: dt.datetime = NOW,
    user_agent: str = FIREFOX,
    signs: bool = True,
    **values: Any,
) -> Accepted:
    """Accept a browser's request without draining it. Who its visitor is has been signed, unless the page `signs` nothing."""
    told = [_add_signature(site, operation, at) if signs else operation for operation in operations]
    content = body(site, *told, subscriber=browser, **values)
    return accept_request(site=site, body=content, visitor=Visitor(user_agent=user_agent), now=at)


def track(site: Site, *operations: Json, at: dt.datetime = NOW, **values: Any) -> DrainResult:
    """Accept a browser's request, and drain it."""
    send(site, *operations, at=at, **values)
    return drain_inbox(now=at)
