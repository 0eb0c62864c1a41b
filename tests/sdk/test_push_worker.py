"""The service worker: every push is shown, its click opens the link, and the server hears what became of it.

Pushes are delivered by Chromium itself; clicks, which no headless browser can make, are events made in the worker.
"""

import datetime as dt
import json
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.browser.browsers import grant_notifications
from tests.sdk.recording_server import SITE_KEY, Post, RecordingServer

pytestmark = pytest.mark.browser
# A page's message makes the event and answers with where the worker would have taken the visitor.
WORKER = """
  {before}
  importScripts('{host}/sdk/carillon-worker.js');
  let opened = null;
  self.clients.openWindow = async (url) => {{ opened = `open ${{url}}`; }};
  WindowClient.prototype.focus = async function () {{ opened = `focus ${{this.url}}`; }};
  self.addEventListener('message', async ({{data, ports}}) => {{
    const [notification] = await self.registration.getNotifications();
    const event = data.type.startsWith('notification')
      ? new NotificationEvent(data.type, {{notification, action: data.action || ''}}) : new Event(data.type);
    if (data.endpoint) event.newSubscription = {{toJSON: () => ({{endpoint: data.endpoint, keys: {{p256dh: 'p', auth: 'a'}}}})}};
    let work = null;
    event.waitUntil = (promise) => {{ work = promise; }};
    self.dispatchEvent(event);
    await work;
    ports[0].postMessage(opened);
  }});"""
REGISTER = """const done = arguments[0];
  navigator.serviceWorker.register('/carillon-worker.js').then(() => navigator.serviceWorker.ready).then(() => done());"""
NOTIFICATIONS = """const done = arguments[0];
  navigator.serviceWorker.ready.then((registration) => registration.getNotifications()).then((shown) => done(
    shown.map(({title, body, tag, icon, actions, renotify}) => ({title, body, tag, icon, actions, renotify}))));"""
FIRE = """const [data, done] = arguments;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({data: opened}) => done(opened);
  navigator.serviceWorker.ready.then(({active}) => active.postMessage(data, [channel.port2]));"""


def register_worker(browser: Chrome, server: RecordingServer, *, before: str = "") -> None:
    grant_notifications(browser, server.origin)
    server.files["/carillon-worker.js"] = WORKER.format(host=server.host, before=before)
    browser.get(server.add_page("/shop"))
    browser.execute_async_script(REGISTER)


def deliver(browser: Chrome, server: RecordingServer, data: str) -> None:
    """Have Chromium hand `data` to the worker. It wants the registration's number, which counts up from 0."""
    browser.execute_cdp_cmd("ServiceWorker.enable", {})
    for number in range(100):
        push = {"origin": server.origin, "registrationId": str(number), "data": data}
        browser.execute_cdp_cmd("ServiceWorker.deliverPushMessage", push)


def shown(browser: Chrome, server: RecordingServer) -> list[dict[str, Any]]:
    notifications: list[dict[str, Any]] = server.wait_for(lambda: browser.execute_async_script(NOTIFICATIONS))
    return notifications


def fire(browser: Chrome, kind: str, **details: str) -> str | None:
    opened: str | None = browser.execute_async_script(FIRE, {"type": kind, **details})
    return opened


def feedback(server: RecordingServer) -> list[Post]:
    return [post for post in server.posts if post.path == "/v1/feedback"]


def message(server: RecordingServer, **changes: object) -> str:
    return json.dumps(
        {
            "carillon": 1,
            "title": "Your cart misses you",
            "body": "10 % off until midnight",
            "icon": f"{server.host}/icon.png",
            "image": "",
            "link": f"{server.origin}/cart",
            "tag": "c1-s1",
            "actions": [{"action": "a1", "title": "See the sale", "link": f"{server.origin}/sale"}],
            "token": "t-1",
            "feedback_url": f"{server.host}/v1/feedback",
        }
        | changes
    )


def test_a_push_is_shown_and_said_to_be_displayed(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server))
    [notification] = shown(browser, server)
    assert (notification["title"], notification["body"]) == (
        "Your cart misses you",
        "10 % off until midnight",
    )
    assert notification["tag"] == "c1-s1"
    [displayed] = server.wait_for(lambda: feedback(server))
    assert (displayed.body["token"], displayed.body["kind"], displayed.body["action"]) == (
        "t-1",
        "displayed",
        "",
    )
    assert dt.datetime.fromisoformat(displayed.body["at"])


def test_a_repeated_push_replaces_the_first(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server))
    shown(browser, server)
    deliver(browser, server, message(server))
    server.wait_for(lambda: len(feedback(server)) == 2)
    assert len(shown(browser, server)) == 1


def alerts(browser: Chrome, server: RecordingServer, token: str) -> bool:
    """Whether what is shown alerts, once a message with this token came."""
    seen = len(feedback(server))
    deliver(browser, server, message(server, token=token))
    server.wait_for(lambda: len(feedback(server)) > seen)
    [notification] = shown(browser, server)
    return bool(notification["renotify"])


def test_a_repeat_does_not_alert_again_and_another_message_in_its_place_does(
    browser: Chrome, server: RecordingServer
) -> None:
    register_worker(browser, server)
    assert [alerts(browser, server, token) for token in ("t-1", "t-1", "t-2")] == [True, False, True]


def test_a_message_without_a_tag_is_shown(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server, tag=""))
    assert [notification["renotify"] for notification in shown(browser, server)] == [False]


@pytest.mark.parametrize(
    "link", ["https://", "https://shop example/x", "javascript:alert(1)", "http://[", "mailto:a@b.de"]
)
def test_a_link_that_leads_nowhere_leads_to_the_site(
    browser: Chrome, server: RecordingServer, link: str
) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server, link=link, actions=[]))
    shown(browser, server)
    assert fire(browser, "notificationclick") == f"open {server.origin}/"


@pytest.mark.parametrize(
    ("action", "opened"), [("", "open {origin}/cart"), ("a1", "open {origin}/sale")]
)  # fmt: skip
def test_a_click_opens_the_link_of_what_was_clicked(
    browser: Chrome, server: RecordingServer, action: str, opened: str
) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server))
    shown(browser, server)
    assert fire(browser, "notificationclick", action=action) == opened.format(origin=server.origin)
    clicked = server.wait_for(lambda: [p.body for p in feedback(server) if p.body["kind"] == "clicked"])
    assert (clicked[0]["token"], clicked[0]["action"]) == ("t-1", action)


def test_a_click_goes_to_the_tab_that_already_shows_the_link(
    browser: Chrome, server: RecordingServer
) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server, link="/shop"))
    shown(browser, server)
    assert fire(browser, "notificationclick") == f"focus {server.origin}/shop"


def test_closing_a_notification_is_said_to_be_dismissed(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server))
    shown(browser, server)
    fire(browser, "notificationclose")
    server.wait_for(lambda: "dismissed" in [post.body["kind"] for post in feedback(server)])


def test_a_click_is_no_dismissal_though_it_closes_the_notification(
    browser: Chrome, server: RecordingServer
) -> None:
    # It stays open here, so that the close, which Firefox would fire by itself, can be fired on it.
    register_worker(browser, server, before="Notification.prototype.close = () => {};")
    deliver(browser, server, message(server))
    shown(browser, server)
    fire(browser, "notificationclick")
    fire(browser, "notificationclose")
    assert [post.body["kind"] for post in feedback(server)] == ["displayed", "clicked"]


def test_feedback_that_failed_is_sent_with_the_next_push(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    server.wait_for(server.tracked)
    server.statuses = [503]
    deliver(browser, server, message(server))
    server.wait_for(lambda: [post.status for post in feedback(server)] == [503])
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    deliver(browser, server, message(server, token="t-2"))
    taken = server.wait_for(lambda: len(feedback(server)) == 3 and feedback(server)[1:])
    assert {post.body["token"] for post in taken} == {"t-1", "t-2"}


@pytest.mark.parametrize(
    ("data", "title", "body"),
    [
        ("just text", "localhost", "just text"),
        ("", "localhost", ""),
        ('{"isAimtell": true, "content": {"title": "Hi", "message": "Sale"}}', "Hi", "Sale"),
        ('{"title": 7}', "localhost", ""),
        ("[1]", "localhost", ""),
    ],
)
def test_a_push_from_somebody_else_is_shown_as_well_as_can_be(
    browser: Chrome, server: RecordingServer, data: str, title: str, body: str
) -> None:
    register_worker(browser, server)
    deliver(browser, server, data)
    [notification] = shown(browser, server)
    assert notification["title"].split(":")[0] == title
    assert notification["body"] == body
    assert feedback(server) == []


def test_a_worker_shared_with_the_site_leaves_the_sites_pushes_to_it(
    browser: Chrome, server: RecordingServer
) -> None:
    theirs = "self.carillonShared = true; self.addEventListener('push', (e) => { e.waitUntil("
    theirs += "self.registration.showNotification('Theirs')); });"
    register_worker(browser, server, before=theirs)
    deliver(browser, server, "just text")
    assert [notification["title"] for notification in shown(browser, server)] == ["Theirs"]


def test_a_subscription_the_browser_changed_is_told_to_the_server(
    browser: Chrome, server: RecordingServer
) -> None:
    register_worker(browser, server)
    browser.execute_async_script(
        """const [host, done] = arguments;
        const opening = indexedDB.open('carillon', 1);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('settings', 'readwrite');
          transaction.objectStore('settings').put({siteKey: 'pk_test', host, subscriber: 's-1'}, 'current');
          transaction.oncomplete = () => { opening.result.close(); done(); };
        };""",
        server.host,
    )
    fire(browser, "pushsubscriptionchange", endpoint="https://push.example/renewed")
    [post] = server.wait_for(lambda: [p for p in server.tracked() if p.body["subscriber"] == "s-1"])
    assert post.body["site_key"] == SITE_KEY
    assert post.operations[0]["type"] == "subscribe"
    assert post.operations[0]["subscription"]["endpoint"] == "https://push.example/renewed"
