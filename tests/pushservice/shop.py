"""A page and a service worker as small as can be, which report back whatever happens to them."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = """<!doctype html><title>Shop</title>
<script>
async function subscribe(key) {
  await navigator.serviceWorker.register("/worker.js");
  const registration = await navigator.serviceWorker.ready;
  const options = {userVisibleOnly: true, applicationServerKey: key};
  return (await registration.pushManager.subscribe(options)).toJSON();
}
</script>"""

WORKER = """
const report = (kind, fields) => fetch("/report", {method: "POST", body: JSON.stringify({kind, ...fields})});

async function show(text) {
  const actions = [{action: "buy", title: "Buy"}, {action: "later", title: "Later"}];
  await self.registration.showNotification(text, {body: "A body", data: {text}, actions});
  await report("displayed", {text});
}

async function follow(notification, action) {
  notification.close();
  await self.clients.openWindow("/landing");
  await report("clicked", {text: notification.data.text, action});
}

self.addEventListener("push", (event) => event.waitUntil(show(event.data.text())));
self.addEventListener("notificationclick", (event) => event.waitUntil(follow(event.notification, event.action)));
self.addEventListener("notificationclose", (event) =>
  event.waitUntil(report("closed", {text: event.notification.data.text})));
"""


class Shop:
    """The address of the page, and the reports that came in."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.reports: queue.Queue[dict[str, Any]] = queue.Queue()

    def wait_for_report(self, kind: str, timeout: float = 20) -> dict[str, Any]:
        """The next report of `kind`, passing over others; queue.Empty after `timeout` seconds without any."""
        while True:
            report = self.reports.get(timeout=timeout)
            if report["kind"] == kind:
                return report


@contextmanager
def open_shop() -> Iterator[Shop]:
    """Serve the page on a free port of localhost while the block runs."""
    server = ThreadingHTTPServer(("localhost", 0), BaseHTTPRequestHandler)
    shop = Shop(f"http://localhost:{server.server_port}")
    server.RequestHandlerClass = make_handler(shop)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def make_handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    """A handler that serves the two files and hands reports to `shop`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_worker = self.path == "/worker.js"
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_worker else "text/html")
            self.end_headers()
            self.wfile.write((WORKER if is_worker else PAGE).encode())

        def do_POST(self) -> None:
            shop.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler
