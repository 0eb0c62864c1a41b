"""A small web server that serves the SDK and a page, and remembers what the browser told it."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SDK_DIR = Path(__file__).parents[2] / "sdk"
SITE_KEY = "pk_test"
# The public key of RFC 8291's example: a real point on the curve.
VAPID_PUBLIC_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<script>
  window.warnings = []; window.errors = [];
  console.warn = (message) => window.warnings.push(String(message));
  addEventListener('error', (event) => window.errors.push(event.message));
  addEventListener('unhandledrejection', (event) => window.errors.push(String(event.reason)));
</script>
<script>window.carillon = window.carillon || [];</script>
<script>{before}</script>
<script async src="{host}/sdk/carillon.js" data-site-key="{site_key}" {attributes}></script>
</head><body><button id="bell">Allow notifications</button></body></html>"""


@dataclass(frozen=True)
class Post:
    """One request with a body, and the status it was answered with."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: dict[str, Any]
    status: int

    @property
    def operations(self) -> list[dict[str, Any]]:
        operations: list[dict[str, Any]] = self.body.get("operations", [])
        return operations


@dataclass
class RecordingServer:
    """Serves pages from `localhost` and the SDK from `127.0.0.1`, so that calls cross origins as they do in life.

    `statuses` are the answers to come, first one first; when none is left, all is accepted with 202. `headers` are
    further ones, by path.
    """

    posts: list[Post] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.host = f"http://127.0.0.1:{self._http.server_port}"
        self.origin = f"http://localhost:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def add_page(
        self, path: str = "/", *, before: str = "", attributes: str = "", title: str = "Shop"
    ) -> str:
        """Publish a page with the two script lines, `before` running between them; answers its address."""
        self.files[path] = PAGE.format(
            title=title, before=before, attributes=attributes, host=self.host, site_key=SITE_KEY
        )
        return self.origin + path

    def tracked(self) -> list[Post]:
        """Posts to /v1/track that were taken."""
        return [post for post in self.posts if post.path == "/v1/track" and post.status == 202]

    def operations(self, *types: str) -> list[dict[str, Any]]:
        """Operations taken, each id once as on the real server, of `types` or of all."""
        unique = {operation["id"]: operation for post in self.tracked() for operation in post.operations}
        return [operation for operation in unique.values() if not types or operation["type"] in types]

    def events(self) -> list[dict[str, Any]]:
        """Events taken, without those the SDK makes by itself."""
        return [event for event in self.operations("event") if not event["name"].startswith("$")]

    def senders(self, site_key: str = SITE_KEY) -> set[str]:
        """Whom a site's operations came from."""
        return {post.body["subscriber"] for post in self.tracked() if post.body["site_key"] == site_key}

    def wait_for(self, arrived: Callable[[], Any], timeout: float = 8) -> Any:
        """What `arrived` gives as soon as that is truthy."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if found := arrived():
                return found
            time.sleep(0.02)
        raise AssertionError(f"It did not arrive within {timeout} s; these did: {self.posts}")

    def wait_for_events(self, count: int) -> list[dict[str, Any]]:
        self.wait_for(lambda: len(self.events()) >= count)
        return self.events()


def _handler_for(server: RecordingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path in server.files:
                kind = "text/javascript" if path.endswith(".js") else "text/html"
                self._respond(200, server.files[path], f"{kind}; charset=utf-8")
            elif path.startswith("/sdk/") and (SDK_DIR / path[5:]).is_file():
                self._respond(200, (SDK_DIR / path[5:]).read_text(), "text/javascript; charset=utf-8")
            elif path == "/v1/config":
                config = {"vapid_public_key": VAPID_PUBLIC_KEY}
                self._respond(200, json.dumps(config), "application/json")
            else:
                self._respond(404, "", "text/plain")

        def do_OPTIONS(self) -> None:
            self._respond(204, "", "text/plain")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")
            status = server.statuses.pop(0) if server.statuses else 202
            server.posts.append(Post(self.path, dict(self.headers), body, status))
            self._respond(status, json.dumps(server.answer), "application/json")

        def _respond(self, status: int, text: str, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "content-type")
            self.send_header("Service-Worker-Allowed", "/")
            self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
            self.send_header("Cache-Control", "no-store")
            for name, value in server.headers.get(self.path.split("?")[0], {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep the test output quiet."""

    return Handler
