"""`make image-digests`: images are pinned to what a registry has, never to what it says."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from release import image_digests


class FakeRegistry(BaseHTTPRequestHandler):
    """A registry that wants a token, as the public one does."""

    manifests: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        if self.path.startswith("/token"):
            self._send(200, b'{"token": "t"}')
        elif self.headers.get("Authorization") != "Bearer t":
            realm = f"http://127.0.0.1:{self.server.server_port}/token"  # type: ignore[attr-defined]
            self._send(401, b"", ("WWW-Authenticate", f'Bearer realm="{realm}",service="r",scope="pull"'))
        else:
            body = self.manifests.get(self.path)
            self._send(200 if body else 404, body or b"{}", ("Docker-Content-Digest", "sha256:" + "0" * 64))

    def _send(self, code: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the library's
        """Quiet."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    kind = '{"mediaType": "application/vnd.oci.image.index.v1+json", "v": "%s"}'
    images = {"/v2/library/python/manifests/3.12.1-slim": b"p", "/v2/valkey/valkey/manifests/9.0.1": b"v"}
    monkeypatch.setattr(
        FakeRegistry, "manifests", {path: (kind % mark.decode()).encode() for path, mark in images.items()}
    )
    server = HTTPServer(("127.0.0.1", 0), FakeRegistry)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_command_pins_what_the_registry_has_and_not_what_it_claims(tmp_path: Path, registry: str) -> None:
    file = tmp_path / "Dockerfile"
    old = f"@sha256:{'a' * 64}"
    file.write_text(
        f"FROM python:3.12.1-slim{old} AS carillon\nRUN x\nFROM valkey/valkey:9.0.1 AS broker\nFROM carillon\n"
    )

    assert image_digests.main(file, registry) == 0
    digests = [
        hashlib.sha256(FakeRegistry.manifests[path]).hexdigest() for path in sorted(FakeRegistry.manifests)
    ]
    assert file.read_text() == (
        f"FROM python:3.12.1-slim@sha256:{digests[0]} AS carillon\nRUN x\n"
        f"FROM valkey/valkey:9.0.1@sha256:{digests[1]} AS broker\nFROM carillon\n"
    )


@pytest.mark.parametrize("version", ["3.12.1-slim", "0.0.1"])
def test_the_command_changes_nothing_and_says_so_where_it_cannot_ask(
    tmp_path: Path, registry: str, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(before := f"FROM python:{version} AS a\n")
    address = registry if version == "0.0.1" else "http://127.0.0.1:1"

    assert image_digests.main(file, address) == 1
    assert file.read_text() == before
    assert "Nothing was changed" in capsys.readouterr().err
