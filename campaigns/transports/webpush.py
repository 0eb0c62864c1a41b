"""Web push over the network: encrypt (RFC 8291), sign (RFC 8292), post (RFC 8030), read the answer."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.conf import settings
from http_ece import ECEException
from py_vapid import VapidException
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.response import Response
from pywebpush import WebPusher, WebPushException

from campaigns.transports.answers import read_answer
from campaigns.transports.base import Push, Receipt, ReceiptStatus
from campaigns.transports.signing import authorize
from subscribers.endpoints import PushAddressError, find_push_origin

_CONNECT_TIMEOUT = dt.timedelta(seconds=5)
_TIMEOUT = dt.timedelta(seconds=10)


class BadKeysError(ValueError):
    """A device's keys cannot be used to encrypt."""


class WebPushTransport:
    """One pooled client, HTTP/2 where the push service speaks it; all pushes of a call are in flight together."""

    def __init__(
        self, *, hosts: Sequence[str], loopback_hosts: Sequence[str] = (), timeout: dt.timedelta = _TIMEOUT
    ) -> None:
        self._hosts = hosts
        self._loopback_hosts = loopback_hosts
        self._runner = asyncio.Runner()
        self._client = _build_client(timeout)
        self._connected: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.close())
        self._runner.close()

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        return self._runner.run(self._send_all(pushes, now=now))

    async def _send_all(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        receipts: dict[int, Receipt] = {}
        ahead = self._find_first_ones(pushes)
        for group in (ahead, [index for index in range(len(pushes)) if index not in ahead]):
            answers = await asyncio.gather(*(self._send(pushes[index], now=now) for index in group))
            receipts.update(zip(group, answers, strict=True))
        return [receipts[index] for index in range(len(pushes))]

    def _find_first_ones(self, pushes: Sequence[Push]) -> list[int]:
        """The first push to each push service goes ahead: the others share its connection, where HTTP/2 is spoken."""
        first: dict[str, int] = {}
        for index, push in enumerate(pushes):
            first.setdefault("/".join(push.endpoint.split("/", 3)[:3]), index)
        new = first.keys() - self._connected
        self._connected |= new
        return sorted(first[address] for address in new)

    async def _send(self, push: Push, *, now: dt.datetime) -> Receipt:
        try:
            origin = find_push_origin(push.endpoint, hosts=self._hosts, loopback_hosts=self._loopback_hosts)
            headers = {"Authorization": authorize(push.sender, origin, now=now), **_make_headers(push)}
            response = await self._post(push.endpoint, headers, encrypt(push))
            return read_answer(
                response.status, response.get_header("Retry-After"), await response.text(), now=now
            )
        except PushAddressError as error:
            return Receipt(ReceiptStatus.ENDPOINT_REFUSED, detail=f"The address {error}")
        except BadKeysError as error:
            return Receipt(ReceiptStatus.BAD_KEYS, detail=str(error))
        except VapidException as error:
            return Receipt(ReceiptStatus.UNAUTHORIZED, detail=str(error))
        except PyreqwestError as error:
            return Receipt(ReceiptStatus.RETRY, detail=f"No answer: {type(error).__name__}")

    async def _post(self, endpoint: str, headers: dict[str, str], body: bytes) -> Response:
        return await self._client.post(endpoint).headers(headers).body_bytes(body).build().send()


def open_transport() -> WebPushTransport:
    """The transport that the settings describe; a context manager."""
    return WebPushTransport(hosts=settings.PUSH_HOSTS, loopback_hosts=settings.PUSH_LOOPBACK_HOSTS)


def encrypt(push: Push) -> bytes:
    """The body of a push, encrypted so that only its device can read it; BadKeysError if its keys are not valid."""
    subscription = {"endpoint": push.endpoint, "keys": {"p256dh": push.p256dh, "auth": push.auth}}
    try:
        body: bytes = WebPusher(subscription).encode(push.payload, "aes128gcm")["body"]
    except (WebPushException, ECEException, ValueError, TypeError, IndexError) as error:
        raise BadKeysError("The device's keys are not valid.") from error
    return body


def _make_headers(push: Push) -> dict[str, str]:
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(push.ttl),
        "Urgency": push.urgency,
        "Topic": push.topic,
    }


def _build_client(timeout: dt.timedelta) -> Client:
    # Redirects are never followed: they could lead off the list of allowed hosts.
    builder = ClientBuilder().http2(True).follow_redirects(False).referer(False).user_agent("Carillon")
    return builder.timeout(timeout).connect_timeout(_CONNECT_TIMEOUT).build()
