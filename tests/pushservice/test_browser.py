"""The browsers' side: the websocket protocol, spoken by a browser of our own."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import requests

from tests.pushservice.sender import Sender, encode

CHANNEL = "7b1d2f0e-0000-4000-8000-000000000001"


class FakeBrowser:
    """One connection as Firefox makes it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.uaid = ""

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        await self.socket.send_json({"messageType": kind, **fields})
        return await self.receive()

    async def receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = await self.socket.receive_json(timeout=5)
        return frame

    async def subscribe(self, **fields: Any) -> str:
        endpoint: str = (await self.ask("register", channelID=CHANNEL, **fields))["pushEndpoint"]
        return endpoint

    async def acknowledge(self, notification: dict[str, Any]) -> None:
        update = {"channelID": CHANNEL, "version": notification["version"], "code": 100}
        await self.socket.send_json({"messageType": "ack", "updates": [update]})
        await self.socket.send_str("{}")
        await self.receive()  # the ping's answer: by now the ack is read

    async def is_idle(self) -> bool:
        await self.socket.send_str("{}")
        return await self.receive() == {}


@asynccontextmanager
async def connect(origin: str, uaid: str | None = None) -> AsyncIterator[FakeBrowser]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(origin, protocols=["push-notification"]) as socket,
    ):
        browser = FakeBrowser(socket)
        hello = await browser.ask("hello", use_webpush=True, **({"uaid": uaid} if uaid else {}))
        browser.uaid = hello["uaid"]
        yield browser


def play(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end. The service has a thread of its own, so the story may push without await."""
    asyncio.run(asyncio.wait_for(story, 20))


def test_a_connected_browser_gets_the_push_at_once(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            response = sender.push(await browser.subscribe(), b"\xfb\xff", headers={"TTL": "30"})
            notification = await browser.receive()
        assert notification["messageType"] == "notification"
        assert notification["channelID"] == CHANNEL
        assert notification["version"] == response.headers["Location"].rpartition("/")[2]
        assert notification["ttl"] == 30
        assert notification["data"] == "-_8"
        assert notification["headers"] == {"encoding": "aes128gcm"}

    play(story())


def test_a_push_without_a_body_arrives_without_data(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            sender.push(await browser.subscribe(), b"")
            assert "data" not in await browser.receive()

    play(story())


def test_a_push_waits_for_a_browser_that_is_away(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe()
        assert sender.push(endpoint, headers={"TTL": "60"}).status_code == 201
        async with connect(sender.origin, browser.uaid) as returned:
            assert returned.uaid == browser.uaid
            assert (await returned.receive())["messageType"] == "notification"

    play(story())


def test_a_push_is_forgotten_when_its_ttl_is_over(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe()
        sender.push(endpoint, headers={"TTL": "0"})
        async with connect(sender.origin, browser.uaid) as returned:
            assert await returned.is_idle()

    play(story())


def test_only_an_acknowledged_push_is_not_sent_again(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe()
            sender.push(endpoint, b"first")
            sender.push(endpoint, b"second")
            first = await browser.receive()
            await browser.receive()
            await browser.acknowledge(first)
        async with connect(sender.origin, browser.uaid) as returned:
            assert (await returned.receive())["data"] == encode(b"second")
            assert await returned.is_idle()

    play(story())


def test_a_push_with_the_same_topic_replaces_the_waiting_one(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe()
        for body, topic in ((b"old", "sale"), (b"other", "news"), (b"new", "sale")):
            sender.push(endpoint, body, headers={"Topic": topic})
        async with connect(sender.origin, browser.uaid) as returned:
            arrived = [(await returned.receive())["data"] for _ in range(2)]
            assert await returned.is_idle()
        assert arrived == [encode(b"other"), encode(b"new")]

    play(story())


def test_a_waiting_push_can_be_withdrawn_by_its_address(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe()
        address = sender.push(endpoint).headers["Location"]
        assert [requests.delete(address, timeout=10).status_code for _ in range(2)] == [204, 404]
        async with connect(sender.origin, browser.uaid) as returned:
            assert await returned.is_idle()

    play(story())


def test_a_channel_that_was_unregistered_is_gone(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe()
            assert (await browser.ask("unregister", channelID=CHANNEL))["status"] == 200
            assert sender.push(endpoint).status_code == 410

    play(story())


def test_a_channel_with_a_key_takes_pushes_of_that_key_only(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            endpoint = await browser.subscribe(key=sender.public_key)
            assert sender.push(endpoint).status_code == 201
            assert Sender(sender.origin).push(endpoint).status_code == 403

    play(story())


def test_registering_again_gives_the_same_endpoint(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin) as browser:
            assert await browser.subscribe() == await browser.subscribe()

    play(story())


def test_an_unknown_uaid_is_replaced_by_a_new_one(sender: Sender) -> None:
    async def story() -> None:
        async with connect(sender.origin, "0" * 32) as browser:
            assert browser.uaid not in {"", "0" * 32}

    play(story())


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[1]",
        '{"messageType": "register"}',
        '{"messageType": "hello", "uaid": {"a": 1}}',
        "[" * 5000,
    ],
)
def test_a_frame_that_makes_no_sense_ends_the_connection(service: str, frame: str) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(service) as socket:
            await socket.send_str(frame)
            await socket.receive(timeout=5)
            assert socket.close_code == aiohttp.WSCloseCode.POLICY_VIOLATION

    play(story())


def test_a_browser_that_left_is_not_counted_as_connected(service: str) -> None:
    def connected() -> int:
        count: int = requests.get(f"{service}/control/counts", timeout=10).json()["connected"]
        return count

    async def story() -> None:
        async with connect(service):
            assert connected() == 1

    play(story())
    assert connected() == 0
