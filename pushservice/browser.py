"""The browsers' side: the websocket protocol that Firefox speaks with its push service.

Source: https://mozilla-push-service.readthedocs.io/en/latest/design/#simplepush-protocol
"""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from pushservice.ledger import LEDGER, Ledger
from pushservice.store import STORE, Browser, Message, Store
from pushservice.vapid import decode_base64url

SUBPROTOCOL = "push-notification"


async def talk_to_browser(request: web.Request) -> web.WebSocketResponse:
    """Serve one browser until it hangs up."""
    socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
    await socket.prepare(request)
    conversation = Conversation(socket, request.app[STORE], request.app[LEDGER], str(request.url.origin()))
    try:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                raise ValueError("only text frames are understood")
            await conversation.answer(json.loads(frame.data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=str(error).encode()[:120])
    except ConnectionError:
        pass  # it hung up before its answer was sent
    finally:
        conversation.hang_up()
    return socket


async def close_connections(app: web.Application) -> None:
    """Hang up on every browser, so that the service can stop at once."""
    for browser in list(app[STORE].browsers.values()):
        if browser.socket is not None:
            await browser.socket.close(code=WSCloseCode.GOING_AWAY)


async def deliver(browser: Browser, message: Message, ledger: Ledger) -> None:
    """Send a message to its browser if it is connected; it waits for the acknowledgement either way."""
    if browser.socket is None:
        return
    try:
        await browser.socket.send_json(describe_message(message))
    except ConnectionError:  # the browser has just left: it gets the message when it is back
        return
    ledger.totals["delivered"] += 1


def describe_message(message: Message) -> dict[str, Any]:
    """The `notification` frame for a message; a push without a body has no data."""
    frame: dict[str, Any] = {
        "messageType": "notification",
        "channelID": message.channel_id,
        "version": message.id,
        "ttl": message.ttl,
    }
    if message.body:
        frame["data"] = urlsafe_b64encode(message.body).rstrip(b"=").decode()
        frame["headers"] = {"encoding": message.encoding}
    return frame


class Conversation:
    """One connection: who is at the other end, and the answer to each of its messages."""

    def __init__(self, socket: web.WebSocketResponse, store: Store, ledger: Ledger, origin: str) -> None:
        self.socket = socket
        self.store = store
        self.ledger = ledger
        self.origin = origin
        self.browser: Browser | None = None

    async def answer(self, frame: dict[str, Any]) -> None:
        """Answer one frame; unknown kinds (broadcasts, nack) need no answer."""
        if not frame:
            await self.socket.send_str("{}")
            return
        kind = frame["messageType"]
        if kind == "hello":
            await self._greet(frame)
        elif self.browser is None:
            raise ValueError("the first message should be hello")
        elif kind == "register":
            await self._register(self.browser, frame)
        elif kind == "unregister":
            await self._unregister(self.browser, frame)
        elif kind == "ack":
            self._acknowledge(self.browser, frame)

    def hang_up(self) -> None:
        """Leave the browser's messages waiting, unless it is already back on another connection."""
        if self.browser is not None and self.browser.socket is self.socket:
            self.browser.socket = None

    async def _greet(self, frame: dict[str, Any]) -> None:
        self.hang_up()
        browser = self.store.greet(frame.get("uaid"))
        await self.socket.send_json(
            {
                "messageType": "hello",
                "status": 200,
                "use_webpush": True,
                "uaid": browser.uaid,
                "broadcasts": {},
            }
        )
        self.browser = browser
        former, browser.socket = browser.socket, self.socket
        self.ledger.totals["expired"] += browser.drop_expired(datetime.now(UTC))
        for message in list(browser.waiting.values()):
            await deliver(browser, message, self.ledger)
        if former is not None and former is not self.socket:
            await former.close()

    async def _register(self, browser: Browser, frame: dict[str, Any]) -> None:
        key = decode_base64url(frame["key"]) if frame.get("key") else None
        token = self.store.register(browser, str(frame["channelID"]), key)
        endpoint = f"{self.origin}/push/{token}"
        await self._confirm(frame, pushEndpoint=endpoint)

    async def _unregister(self, browser: Browser, frame: dict[str, Any]) -> None:
        self.store.unregister(browser, str(frame["channelID"]))
        await self._confirm(frame)

    async def _confirm(self, frame: dict[str, Any], **more: str) -> None:
        reply = {"messageType": frame["messageType"], "channelID": frame["channelID"], "status": 200}
        await self.socket.send_json(reply | more)

    def _acknowledge(self, browser: Browser, frame: dict[str, Any]) -> None:
        for update in frame["updates"]:
            if browser.waiting.pop(update["version"], None):
                self.ledger.totals["acknowledged"] += 1
