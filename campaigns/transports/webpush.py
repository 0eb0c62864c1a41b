"""Web push over the network: encrypt (RFC 8291), sign (RFC 8292), post (RFC 8030), read the answer."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Self

from django.conf import settings
from py_vapid import VapidException

from campaigns.transports.addresses import is_loopback
from campaigns.transports.answers import read_answer
from campaigns.transports.base import Push, Receipt, ReceiptStatus
from campaigns.transports.encryption import BadKeysError, encrypt
from campaigns.transports.posting import Answer, Network, Post, Poster
from campaigns.transports.signing import authorize
from subscribers.endpoints import PushAddressError, find_push_origin

_TIMEOUT = dt.timedelta(seconds=10)
_INTERNET = Network()

# What the headers of a push depend on: many pushes of a chunk have all of it in common.
_Kind = tuple[str, int, str, str, str]


class WebPushTransport:
    """Pooled connections, HTTP/2 where the push service speaks it; up to `in_flight` pushes are on their way together.

    Each is encrypted while those before it are on their way.
    """

    def __init__(
        self,
        *,
        hosts: Sequence[str],
        loopback_hosts: Sequence[str] = (),
        timeout: dt.timedelta = _TIMEOUT,
        in_flight: int = 500,
        network: Network = _INTERNET,
    ) -> None:
        self._hosts = hosts
        self._loopback_hosts = loopback_hosts
        self._network = network
        self._poster = Poster(in_flight=in_flight, timeout=timeout, network=network)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._poster.close()

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        receipts: dict[int, Receipt] = {}
        answers = self._poster.post_all(self._prepare_all(pushes, receipts, now=now))
        for index, answer in answers.items():
            receipts[index] = _read(answer)
        return [receipts[index] for index in range(len(pushes))]

    def _prepare_all(
        self, pushes: Sequence[Push], receipts: dict[int, Receipt], *, now: dt.datetime
    ) -> Iterator[Post]:
        """The posts to make; pushes that cannot be posted get their receipt here."""
        known: dict[_Kind, list[str]] = {}
        for index, push in enumerate(pushes):
            try:
                yield self._prepare(index, push, known, now=now)
            except PushAddressError as error:
                receipts[index] = Receipt(ReceiptStatus.ENDPOINT_REFUSED, detail=f"The address {error}")
            except BadKeysError as error:
                receipts[index] = Receipt(ReceiptStatus.BAD_KEYS, detail=str(error))
            except VapidException as error:
                receipts[index] = Receipt(ReceiptStatus.UNAUTHORIZED, detail=str(error))

    def _prepare(self, index: int, push: Push, known: dict[_Kind, list[str]], *, now: dt.datetime) -> Post:
        origin = find_push_origin(push.endpoint, hosts=self._hosts, loopback_hosts=self._loopback_hosts)
        kind = (origin, push.ttl, push.urgency, push.topic, push.sender.private_key)
        headers = known.get(kind)
        if headers is None:
            headers = known[kind] = _make_headers(push, authorize(push.sender, origin, now=now))
        # Plain http is for this machine alone (PUSH_LOOPBACK_HOSTS).
        allows = self._network.allows if origin.startswith("https:") else is_loopback
        body = encrypt(push.payload, p256dh=push.p256dh, auth=push.auth)
        return Post(index, push.endpoint, headers, body, allows)


def open_transport() -> WebPushTransport:
    """The transport that the settings describe; a context manager."""
    return WebPushTransport(
        hosts=settings.PUSH_HOSTS,
        loopback_hosts=settings.PUSH_LOOPBACK_HOSTS,
        in_flight=settings.SEND_CONCURRENCY,
    )


def _read(answer: Answer) -> Receipt:
    if not answer.status:
        return Receipt(ReceiptStatus.RETRY, detail=f"No answer: {answer.text}")
    return read_answer(answer.status, answer.retry_after, answer.text, answer.remarks)


def _make_headers(push: Push, authorization: str) -> list[str]:
    headers = {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(push.ttl),
        "Urgency": push.urgency,
        "Topic": push.topic,
    }
    if not push.ttl:
        # Microsoft keeps messages unless told otherwise, and refuses one that is not to be kept but may be.
        headers["X-WNS-Cache-Policy"] = "no-cache"
    return [f"{name}: {value}" for name, value in headers.items()]
