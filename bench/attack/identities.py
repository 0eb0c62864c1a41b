"""Strangers who say that they are a customer: what is known of the customer must stay as it was."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from bench.attack.wire import Answer, Connection, Target, write_request

PATIENCE = 300  # seconds until what was sent is applied
# A real point on the curve (RFC 8291's example), so that the device itself is in order.
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


class Backend:
    """The shop's own servers."""

    def __init__(self, target: Target, token: str, site_id: int) -> None:
        self._target, self._token, self._site_id = target, token, site_id
        self._connection = Connection(target)

    async def tell(self, external_id: str, **values: Any) -> Answer:
        operation = {"id": str(uuid.uuid4()), "type": "attributes", "external_id": external_id, "set": values}
        return await self._ask("POST", "/api/v1/track/", {"site": self._site_id, "operations": [operation]})

    async def read(self, external_id: str) -> dict[str, Any] | None:
        """What is known of a customer; None: nothing yet."""
        path = f"/api/v1/subscribers/?site={self._site_id}&external_id={external_id}"
        answer = await self._ask("GET", path)
        rows = (answer.document or {}).get("results", [])
        return rows[0] if rows else None

    async def _ask(self, method: str, path: str, document: Any = None) -> Answer:
        body = json.dumps(document).encode() if document is not None else b""
        request = write_request(self._target, method, path, body, Authorization=f"Token {self._token}")
        return await self._connection.ask(request)


def forge_signatures(external_id: str, site_key: str) -> list[str]:
    """As somebody would try who knows how signatures are made, and not the secret."""
    now = int(time.time())

    def sign(secret: str, text: str) -> bytes:
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()

    forged = [
        "",
        "x",
        "0" * 64,
        "v2",
        "v2.",
        f"v2.{now}.",
        f"v2.{now}.{'0' * 64}",
        "None",
        "true",
        "{}",
        "\0",
    ]
    for secret in ("", site_key, "secret", external_id, "None"):
        for text in (
            external_id,
            f"{external_id}.{now}",
            f"{now}.{external_id}",
            f"v2.{now}.{external_id}",
            f"v2\n{now}\n{external_id}",
        ):
            made = sign(secret, text)
            forged += [made.hex(), f"v2.{now}.{made.hex()}", f"v2:{now}:{made.hex()}"]
            forged.append(f"v2.{now}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}")
    forged += [
        f"v2.{10**12}.{'f' * 64}",
        f"v2.-1.{'f' * 64}",
        f"v2.{now}.{'f' * 64}.{'f' * 64}",
        f"v2.NaN.{'f' * 64}",
    ]
    return forged


async def forge_identities(target: Target, site_key: str, backend: Backend) -> tuple[int, list[str]]:
    """How often it was tried, and what of the customer was changed by it, in words."""
    customer = f"customer-{uuid.uuid4().hex[:12]}"
    await backend.tell(customer, email="alice@shop.example", tier="gold")
    before = await _wait_for(backend, customer)
    forged = forge_signatures(customer, site_key)
    spelled = [customer, customer.upper(), f" {customer} ", f"{customer}\u200b"]
    visitors = [(spelling, signature) for spelling in spelled[:1] for signature in forged]
    visitors += [(spelling, "") for spelling in spelled[1:]]
    connection = Connection(target)
    for turn, (name, signature) in enumerate(visitors):
        request = _write_forgery(target, site_key, name, signature, turn)
        answer = await connection.ask(request)
        if answer.status >= 500 or answer.status == 0:
            return turn, [f"status {answer.status} for {signature!r}"]
    await backend.tell(customer, told_last=True)  # what was sent before it is applied by then
    after = await _wait_for(backend, customer, key="told_last")
    return len(visitors), _compare(before, after)


async def _wait_for(backend: Backend, customer: str, *, key: str = "tier") -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = await backend.read(customer)
        if found is not None and key in found["attributes"]:
            return found
        await asyncio.sleep(0.5)
    raise TimeoutError("What a backend tells is not applied: is a worker on the queue ingest?")


def _write_forgery(target: Target, site_key: str, name: str, signature: str, turn: int) -> bytes:
    """Who they say they are, then what they want: the customer's pushes on a device of their own, another tier."""
    said: list[dict[str, Any]] = [
        {"type": "identify", "external_id": name, "signature": signature},
        {
            "type": "subscribe",
            "subscription": {"endpoint": f"https://fcm.googleapis.com/fcm/send/{uuid.uuid4()}", "keys": KEYS},
        },
        {"type": "attributes", "set": {"tier": "stolen", "email": "mallory@evil.example"}},
        {"type": "unsubscribe", "reason": "forged"},
    ]
    body = {
        "site_key": site_key,
        "subscriber": str(uuid.uuid4()),
        "operations": [{"id": str(uuid.uuid4()), **operation} for operation in said],
    }
    address = f"203.0.{turn // 250}.{turn % 250}"
    return write_request(target, "POST", "/v1/track", json.dumps(body).encode(), address=address)


def _compare(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    changed = [
        f"{key} became {after['attributes'].get(key)}"
        for key, value in before["attributes"].items()
        if after["attributes"].get(key) != value
    ]
    if after["id"] != before["id"]:
        changed.append("the customer is another one")
    devices = len(after["devices"]) - len(before["devices"])
    return changed + ([f"{devices} devices more"] if devices else [])
