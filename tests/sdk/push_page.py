"""A page that can subscribe. Chromium cannot without its own push service, so PushManager is played by the page; the
service worker is really registered."""

import base64
from typing import Any

from selenium.webdriver import Chrome

from tests.browser.browsers import grant_notifications
from tests.sdk.recording_server import RecordingServer

PUSH_MANAGER = """
  window.keysUsed = [];
  const kept = () => JSON.parse(localStorage.getItem('browser') || 'null');
  const subscriptionOf = ({endpoint, key}) => ({
    options: {applicationServerKey: Uint8Array.from(key).buffer},
    toJSON: () => ({endpoint, expirationTime: null, keys: {p256dh: 'p', auth: 'a'}}),
    unsubscribe: async () => { localStorage.removeItem('browser'); return true; },
  });
  PushManager.prototype.getSubscription = async () => kept() && subscriptionOf(kept());
  PushManager.prototype.subscribe = async ({userVisibleOnly, applicationServerKey}) => {
    if (!userVisibleOnly) throw new TypeError('userVisibleOnly');
    const made = {endpoint: `https://push.example/${crypto.randomUUID()}`, key: [...applicationServerKey]};
    keysUsed.push(made.key);
    localStorage.setItem('browser', JSON.stringify(made));
    return subscriptionOf(made);
  };
  window.answer = 'granted';
  Notification.requestPermission = async () => window.answer;
  window.states = [];
  addEventListener('carillon:subscription', (event) => states.push(event.detail));
"""


def key_bytes(key: str) -> list[int]:
    return list(base64.urlsafe_b64decode(key + "=="))


def subscriptions(server: RecordingServer) -> list[dict[str, Any]]:
    return [operation["subscription"] for operation in server.operations("subscribe")]


def open_page(browser: Chrome, server: RecordingServer, path: str = "/", *, before: str = "") -> None:
    grant_notifications(browser, server.origin)
    server.files["/carillon-worker.js"] = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    browser.get(server.add_page(path, before=PUSH_MANAGER + before, attributes='data-prompt="#bell"'))
    server.wait_for(lambda: path in str([view["url"] for view in server.operations("page")]))


def subscribe(browser: Chrome, server: RecordingServer) -> dict[str, Any]:
    browser.find_element("id", "bell").click()
    server.wait_for(lambda: server.operations("subscribe"))
    return subscriptions(server)[-1]
