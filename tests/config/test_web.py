"""Between the web server and the application: bodies are bounded before they are read, and slow clients hold up nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from config import web
from config.web import WebApplication, make_environ


@dataclass
class Scope:
    """What granian tells of a request."""

    method: str = "GET"
    path: str = "/health/live"
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"host": "localhost"})
    proto: str = "http"
    http_version: str = "1.1"
    scheme: str = "http"
    server: str = "127.0.0.1:8000"
    client: str = "198.51.100.7:5000"


@dataclass
class Protocol:
    """A client who sends `pieces` one after the other, each after `pause` seconds."""

    pieces: list[bytes] = field(default_factory=list)
    pause: float = 0.0
    read_bytes: int = 0
    status: int = 0
    body: bytes = b""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await asyncio.sleep(self.pause)
            self.read_bytes += len(piece)
            yield piece

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.body, self.headers = status, body, dict(headers)

    def response_str(self, status: int, headers: Any, body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_file(self, status: int, headers: Any, path: str) -> None:
        self.status, self.path = status, path


def ask(scope: Scope, protocol: Protocol) -> Protocol:
    asyncio.run(WebApplication().__rsgi__(scope, protocol))
    return protocol


def post(path: str, **headers: str) -> Scope:
    return Scope("POST", path, headers={"host": "localhost", "content-type": "application/json", **headers})


def test_a_request_is_answered_whole() -> None:
    answer = ask(Scope(), Protocol())
    assert (answer.status, answer.body) == (200, b'{"status": "ok"}')


def test_a_name_with_an_underscore_cannot_pass_for_one_with_a_dash() -> None:
    environ = make_environ(Scope(headers={"x_forwarded_for": "10.0.0.1", "x-forwarded-for": "192.0.2.1"}))
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"


@pytest.mark.parametrize("client", ["[2001:db8::1]:5000", "198.51.100.7:5000"])
def test_the_address_is_without_its_port(client: str) -> None:
    assert make_environ(Scope(client=client))["REMOTE_ADDR"] in {"2001:db8::1", "198.51.100.7"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/admin/login/", "/v1/track", "/api/v1/sites/", "/admin/segments/segment/add/"]
)
def test_of_a_body_that_promises_too_much_nothing_is_read(path: str) -> None:
    answer = ask(post(path, **{"content-length": str(157 * 2**20)}), Protocol([b"a" * 65536] * 100))
    assert (answer.status, answer.read_bytes) == (413, 0)


@pytest.mark.parametrize("path", ["/admin/login/", "/v1/track", "/nowhere"])
def test_a_body_without_a_length_is_read_no_further_than_it_may_go(path: str) -> None:
    answer = ask(post(path, **{"transfer-encoding": "chunked"}), Protocol([b"a" * 65536] * 1000))
    assert answer.status == 413
    assert answer.read_bytes < 3 * 2**20


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "٣", "0x10"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    assert ask(post("/v1/track", **{"content-length": length}), Protocol()).status == 400


@override_settings(REQUEST_SECONDS=1)
def test_a_body_that_takes_too_long_is_given_up() -> None:
    slow = Protocol([b" "] * 100, pause=0.3)
    assert ask(post("/v1/track", **{"content-length": "100"}), slow).status == 408


def test_files_and_large_answers_are_left_to_the_server_and_hold_nothing_here() -> None:
    bundle = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    answer = ask(Scope(path=bundle), Protocol())
    assert (answer.status, answer.body) == (200, b"")
    assert answer.path.endswith("swagger-ui-bundle.js")
    part = ask(Scope(path=bundle, headers={"host": "localhost", "range": "bytes=0-9"}), Protocol())
    assert (part.status, len(part.body)) == (206, 10)


@pytest.mark.django_db
def test_a_large_answer_lies_on_disk_until_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGE", 5)
    answer = ask(Scope(), Protocol())
    assert Path(answer.path).read_bytes() == b'{"status": "ok"}'
    Path(answer.path).unlink()


PROTECTING = {
    "content-security-policy", "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
    "x-content-type-options", "referrer-policy", "x-frame-options", "strict-transport-security",
}  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/nowhere", "/admin/nowhere/", "/v1/nowhere", "/sdk/nowhere", "/api/v1/nowhere/"]
)
@pytest.mark.parametrize(
    ("headers", "pieces", "status"),
    [
        ({"content-length": "x"}, 0, 400),
        ({"content-length": "100"}, 1, 408),
        ({"transfer-encoding": "chunked"}, 1000, 413),
    ],
)
def test_what_is_refused_before_the_application_is_asked_has_the_headers_of_its_answers(
    path: str, headers: dict[str, str], pieces: int, status: int
) -> None:
    scheme = override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
    behind = {"x-forwarded-proto": "https"}
    with scheme, override_settings(REQUEST_SECONDS=60 if status == 413 else 0):
        asked = ask(Scope(path=path, headers={"host": "localhost", **behind}), Protocol())
        refused = ask(
            post(path, **headers, **behind), Protocol([b"a" * 65536] * pieces, pause=0.01 * (status == 408))
        )

    assert (asked.status in {302, 404}, refused.status) == (True, status)
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert "no-store" in refused.headers["cache-control"]
    assert {name: refused.headers.get(name) for name in PROTECTING} == {
        name: asked.headers.get(name) for name in PROTECTING
    }
