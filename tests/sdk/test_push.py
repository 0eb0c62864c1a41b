"""Allowing and withdrawing notifications. Chromium cannot subscribe without its own push service, so PushManager is
played by the page; the service worker is really registered. A real subscription is in the Firefox journey."""

import base64
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.browser.browsers import grant_notifications
from tests.sdk.recording_server import VAPID_PUBLIC_KEY, RecordingServer

pytestmark = pytest.mark.browser
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


def test_a_click_on_the_bell_subscribes(browser: Chrome, server: RecordingServer) -> None:
    open_page(browser, server)
    subscription = subscribe(browser, server)
    assert subscription["endpoint"].startswith("https://push.example/")
    assert subscription["keys"] == {"p256dh": "p", "auth": "a"}
    assert browser.execute_script("return keysUsed") == [key_bytes(VAPID_PUBLIC_KEY)]
    server.wait_for(lambda: browser.execute_script("return states") == ["subscribed"])
    assert browser.execute_script("return carillon.subscribed") is True


@pytest.mark.parametrize("answer", ["denied", "default"])
def test_a_visitor_who_does_not_allow_is_not_subscribed(
    browser: Chrome, server: RecordingServer, answer: str
) -> None:
    open_page(browser, server, before=f"window.answer = '{answer}';")
    browser.find_element("id", "bell").click()
    server.wait_for(lambda: browser.execute_script("return states") == [answer])
    assert browser.execute_script("return keysUsed") == []


def test_the_next_page_says_nothing_when_the_subscription_is_unchanged(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    open_page(browser, server, "/next")
    browser.execute_async_script("setTimeout(arguments[0], 800)")
    assert len(subscriptions(server)) == 1


def test_a_lost_subscription_is_made_again_on_the_next_page(browser: Chrome, server: RecordingServer) -> None:
    open_page(browser, server)
    lost = subscribe(browser, server)
    browser.execute_script("localStorage.removeItem('browser')")
    open_page(browser, server, "/next")
    server.wait_for(lambda: len(subscriptions(server)) == 2)
    assert subscriptions(server)[1]["endpoint"] != lost["endpoint"]


def test_a_subscription_made_for_another_key_is_replaced(browser: Chrome, server: RecordingServer) -> None:
    former = "localStorage.setItem('browser', JSON.stringify({endpoint: 'https://push.example/old', key: [4, 2]}));"
    open_page(browser, server, before=former)
    assert subscribe(browser, server)["endpoint"] != "https://push.example/old"
    assert browser.execute_script("return keysUsed") == [key_bytes(VAPID_PUBLIC_KEY)]


def test_unsubscribing_ends_it_in_the_browser_and_tells_the_server(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    browser.execute_script("carillon.push(['unsubscribe', 'too many'])")
    [operation] = server.wait_for(lambda: server.operations("unsubscribe"))
    assert operation["reason"] == "too many"
    server.wait_for(lambda: browser.execute_script("return localStorage.getItem('browser')") is None)
    assert browser.execute_script("return [carillon.subscribed, carillon.optedOut]") == [False, True]


def test_a_permission_revoked_in_the_browsers_settings_is_told(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    revoked = "Object.defineProperty(Notification, 'permission', {get: () => 'denied'});"
    open_page(browser, server, "/next", before=revoked)
    [operation] = server.wait_for(lambda: server.operations("unsubscribe"))
    assert operation["reason"] == "permission_revoked"


def test_after_reset_the_device_belongs_to_the_new_subscriber(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    browser.execute_script("carillon.push(['reset'])")
    server.wait_for(lambda: len(subscriptions(server)) == 2)
    assert subscriptions(server)[0] == subscriptions(server)[1]
    assert server.tracked()[-1].body["subscriber"] == browser.execute_script("return carillon.subscriber")


def test_aimtells_subscribers_move_over_without_being_asked(browser: Chrome, server: RecordingServer) -> None:
    allowed = "Object.defineProperty(Notification, 'permission', {get: () => 'granted'}); var _at = {};"
    open_page(browser, server, before=allowed)
    server.wait_for(lambda: server.operations("subscribe"))
