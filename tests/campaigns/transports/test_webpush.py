"""Web push over the network: what is sent, and what each answer becomes."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import pytest
import requests

from campaigns.transports.base import Push, Receipt, ReceiptStatus, Sender
from campaigns.transports.posting import Network
from campaigns.transports.webpush import WebPushTransport
from pushservice.background import run_in_background
from pushservice.devices import Device
from subscribers.vapid import make_vapid_key
from tests.campaigns.transports.scripted_server import ScriptedServer, serve_script

NOW = dt.datetime.now(dt.UTC)  # the push service checks signatures by the real clock
SENDER = Sender(make_vapid_key(), "push@shop.example")
KEYS = Device.create(origin="https://push.example").subscription["keys"]


def make_push(endpoint: str, **values: Any) -> Push:
    push = Push(
        endpoint=endpoint,
        payload=b'{"carillon":1}',
        ttl=60,
        urgency="high",
        topic="c1-1",
        sender=SENDER,
        **KEYS,
    )
    return push._replace(**values)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with serve_script() as running:
        yield running


@pytest.fixture
def transport(server: ScriptedServer) -> Iterator[WebPushTransport]:
    timeout = dt.timedelta(seconds=0.5)
    with WebPushTransport(
        hosts=[".push.example"], loopback_hosts=[server.host], timeout=timeout
    ) as transport:
        yield transport


def send(transport: WebPushTransport, server: ScriptedServer, path: str, **values: Any) -> Receipt:
    push = make_push(f"http://{server.host}/{path}", **values)
    return transport.send_pushes([push], now=NOW)[0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("201", ReceiptStatus.ACCEPTED),
        ("202", ReceiptStatus.ACCEPTED),
        ("204", ReceiptStatus.ACCEPTED),
        ("400", ReceiptStatus.REJECTED),
        ("401", ReceiptStatus.UNAUTHORIZED),
        ("403", ReceiptStatus.UNAUTHORIZED),
        ("404", ReceiptStatus.GONE),
        ("406", ReceiptStatus.RETRY),
        ("408", ReceiptStatus.RETRY),
        ("410", ReceiptStatus.GONE),
        ("413", ReceiptStatus.TOO_LARGE),
        ("429", ReceiptStatus.RETRY),
        ("500", ReceiptStatus.RETRY),
        ("503", ReceiptStatus.RETRY),
        ("reset", ReceiptStatus.RETRY),
        ("slow", ReceiptStatus.RETRY),
    ],
)
def test_each_answer_has_its_receipt(
    transport: WebPushTransport, server: ScriptedServer, path: str, status: ReceiptStatus
) -> None:
    assert send(transport, server, path).status is status


def test_retry_after_is_read(transport: WebPushTransport, server: ScriptedServer) -> None:
    receipt = send(transport, server, "429/Retry-After/7")
    assert receipt.retry_after == dt.timedelta(seconds=7)


def test_retry_after_may_be_a_date(transport: WebPushTransport, server: ScriptedServer) -> None:
    date = quote(format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5), usegmt=True))
    receipt = send(transport, server, f"503/Retry-After/{date}")
    assert receipt.retry_after is not None
    assert dt.timedelta(minutes=4) < receipt.retry_after <= dt.timedelta(minutes=5)


@pytest.mark.parametrize("value", ["soon", "-5"])
def test_a_retry_after_that_says_nothing_is_none(
    transport: WebPushTransport, server: ScriptedServer, value: str
) -> None:
    assert send(transport, server, f"429/Retry-After/{value}").retry_after is None


def test_a_refusal_keeps_the_push_services_reason(
    transport: WebPushTransport, server: ScriptedServer
) -> None:
    assert send(transport, server, "400").detail == "400 a reason in words"


def test_microsofts_throttling_is_waited_for(transport: WebPushTransport, server: ScriptedServer) -> None:
    receipt = send(transport, server, "406/Retry-After/9/X-WNS-Status/channelthrottled")
    assert (receipt.status, receipt.retry_after) == (ReceiptStatus.RETRY, dt.timedelta(seconds=9))
    assert receipt.detail == "406 channelthrottled a reason in words"


def test_the_reason_of_one_answer_is_not_that_of_the_next_on_its_connection(
    transport: WebPushTransport, server: ScriptedServer
) -> None:
    assert "conflicts" in send(transport, server, "400/X-WNS-Error-Description/conflicts").detail
    assert send(transport, server, "201") == Receipt(ReceiptStatus.ACCEPTED, 201)
    assert send(transport, server, "400").detail == "400 a reason in words"


@pytest.mark.parametrize(("ttl", "policy"), [(0, "no-cache"), (60, None)])
def test_what_is_not_to_be_kept_says_so_to_microsoft(
    transport: WebPushTransport, server: ScriptedServer, ttl: int, policy: str | None
) -> None:
    send(transport, server, "201", ttl=ttl)
    headers, _ = server.received[-1]
    assert (headers["ttl"], headers.get("x-wns-cache-policy")) == (str(ttl), policy)


def test_redirects_are_not_followed(transport: WebPushTransport, server: ScriptedServer) -> None:
    before = len(server.received)
    assert send(transport, server, "redirect").status is ReceiptStatus.REJECTED
    assert len(server.received) == before + 1


def test_a_push_carries_the_headers_of_the_standards(
    transport: WebPushTransport, server: ScriptedServer
) -> None:
    send(transport, server, "201")
    headers, body = server.received[-1]
    wanted = {"content-encoding": "aes128gcm", "ttl": "60", "urgency": "high", "topic": "c1-1"}
    assert wanted.items() <= headers.items()
    assert b"carillon" not in body


def test_one_signature_serves_all_pushes_to_a_push_service(
    transport: WebPushTransport, server: ScriptedServer
) -> None:
    transport.send_pushes([make_push(f"http://{server.host}/201") for _ in range(5)], now=NOW)
    signed = {headers["authorization"] for headers, _ in server.received[-5:]}
    assert len(signed) == 1
    token = signed.pop().removeprefix("vapid t=").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert claims["aud"] == f"http://{server.host}"
    assert claims["sub"] == "mailto:push@shop.example"
    assert 0 < claims["exp"] - NOW.timestamp() <= 24 * 3600


def test_connections_are_reused(transport: WebPushTransport, server: ScriptedServer) -> None:
    before = server.connections
    for _ in range(5):
        send(transport, server, "201")
    assert server.connections == before + 1


def test_receipts_come_in_the_order_of_the_pushes(
    transport: WebPushTransport, server: ScriptedServer
) -> None:
    paths = ["slow", "410", "201", "reset", "413"]
    receipts = transport.send_pushes([make_push(f"http://{server.host}/{path}") for path in paths], now=NOW)
    assert [receipt.status.value for receipt in receipts] == [
        "retry", "gone", "accepted", "retry", "too_large",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": ""},
        {"p256dh": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"p256dh": "é"},
        {"auth": ""},
        {"auth": "short"},
    ],
)
def test_keys_that_cannot_be_used_are_no_reason_to_fall_over(
    transport: WebPushTransport, server: ScriptedServer, keys: dict[str, str]
) -> None:
    before = len(server.received)
    assert send(transport, server, "201", **keys).status is ReceiptStatus.BAD_KEYS
    assert len(server.received) == before


@pytest.mark.parametrize(
    "endpoint", ["https://evil.example/x", "http://127.0.0.1:1/x", "https://10.0.0.1/x", ""]
)
def test_an_address_that_is_not_a_push_services_is_never_posted_to(
    transport: WebPushTransport, endpoint: str
) -> None:
    receipt = transport.send_pushes([make_push(endpoint)], now=NOW)[0]
    assert receipt.status is ReceiptStatus.ENDPOINT_REFUSED


def test_a_name_that_leads_into_our_own_network_is_not_connected_to(server: ScriptedServer) -> None:
    before = server.connections
    played = Network(connect_to=(f"web.push.example:443:{server.host}",))
    with WebPushTransport(hosts=[".push.example"], network=played) as transport:
        receipt = transport.send_pushes([make_push("https://web.push.example/x")], now=NOW)[0]
    assert receipt.status is ReceiptStatus.RETRY
    assert "not on the public internet" in receipt.detail
    assert server.connections == before


def test_a_loopback_host_that_leads_elsewhere_is_not_connected_to() -> None:
    elsewhere = Network(connect_to=("localhost:8080:192.0.2.1:8080",))
    with WebPushTransport(hosts=[], loopback_hosts=["localhost:8080"], network=elsewhere) as transport:
        receipt = transport.send_pushes([make_push("http://localhost:8080/x")], now=NOW)[0]
    assert "not on the public internet" in receipt.detail


def test_no_proxy_stands_between_us_and_the_push_service(
    transport: WebPushTransport, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(transport, server, "201").status is ReceiptStatus.ACCEPTED


def test_more_pushes_than_may_be_in_flight_are_all_answered(server: ScriptedServer) -> None:
    with WebPushTransport(hosts=[], loopback_hosts=[server.host], in_flight=3) as transport:
        pushes = [make_push(f"http://{server.host}/201") for _ in range(20)]
        receipts = transport.send_pushes(pushes, now=NOW)
    assert [receipt.status for receipt in receipts] == [ReceiptStatus.ACCEPTED] * 20


def test_an_answer_without_an_end_is_not_listened_to_for_ever(
    transport: WebPushTransport, server: ScriptedServer
) -> None:
    receipt = send(transport, server, "400/endless/1")
    assert receipt.status is ReceiptStatus.REJECTED
    assert len(receipt.detail) < 300


def test_a_push_service_that_is_not_there_is_tried_again(server: ScriptedServer) -> None:
    with WebPushTransport(hosts=[], loopback_hosts=["127.0.0.1:9"]) as transport:
        receipt = transport.send_pushes([make_push("http://127.0.0.1:9/x")], now=NOW)[0]
    assert receipt.status is ReceiptStatus.RETRY


def test_a_device_of_a_real_push_service_reads_what_was_sent() -> None:
    with run_in_background() as origin:
        device = Device.create(origin=origin)
        push = make_push(
            device.endpoint, payload='{"title":"Glocke 🔔"}'.encode(), **device.subscription["keys"]
        )
        with WebPushTransport(hosts=[], loopback_hosts=[origin.removeprefix("http://")]) as transport:
            receipt = transport.send_pushes([push], now=NOW)[0]
        assert receipt == Receipt(ReceiptStatus.ACCEPTED, 201)
        assert json.loads(device.decrypt(read_body(origin, device))) == {"title": "Glocke 🔔"}


def read_body(origin: str, device: Device) -> bytes:
    """What the push service was posted for this device."""
    received = requests.get(f"{origin}/control/received", params={"token": device.token}, timeout=5).json()
    body: str = received[0]["body"]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
