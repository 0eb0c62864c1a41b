"""A local HTTP server that answers as the path asks: /201, /429/retry-after/7, /400/endless/1, /redirect, /slow, /reset."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


class ScriptedServer(ThreadingHTTPServer):
    """Remembers the headers and bodies it was sent, and on how many connections."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.received.append(({key.lower(): value for key, value in self.headers.items()}, body))
        parts = unquote(self.path).strip("/").split("/")
        if parts[0] == "slow":
            time.sleep(2)
        if parts[0] in ("reset", "slow"):
            return self._reset()
        status = int(parts[0]) if parts[0].isdigit() else 201
        if parts[0] == "redirect":
            return self._answer(307, {"Location": f"http://{self.server.host}/201"})
        headers = dict(zip(parts[1::2], parts[2::2], strict=False))
        if headers.pop("endless", None):
            with suppress(ConnectionError):
                self._answer(status, headers, b"and so on " * 100_000)
            return None
        return self._answer(status, headers, b"" if status in (201, 204) else b"a reason\n in words")

    def _answer(self, status: int, headers: dict[str, str], text: bytes = b"") -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(text)

    def _reset(self) -> None:
        """Cut the connection off (RST) instead of answering."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serve_script() -> Iterator[ScriptedServer]:
    """Serve while the block runs."""
    with ScriptedServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(timeout=5)
