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

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# A page's message makes the event and answers with where the worker would have taken the visitor.
WORKER = """
  {before}
  importScripts('{host}/sdk/carillon-worker.js');
  let opened = null;
  self.clients.openWindow = async (url) => {{ opened = `open ${{url}}`; }};
  WindowClient.prototype.focus = async function () {{ opened = `focus ${{this.url}}`; }};
  self.addEventListener('message', async ({{data, ports}}) => {{
    if (data.type === 'went') return;
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


# ---- A host's worker stays the host's ---------------------------------------------------------------------------

THEIRS = """self.carillonShared = true;
  self.addEventListener('push', (event) => event.waitUntil(self.registration.showNotification('Theirs', {data: %s})));
  self.addEventListener('notificationclick', (event) => event.waitUntil(self.clients.openWindow('/theirs')));
  self.closed = 0; Notification.prototype.close = () => { self.closed += 1; };
"""


@pytest.mark.parametrize(
    "data", ["undefined", "null", "7", "'text'", "{link: '/ours'}", "{url: '/theirs', token: 't'}"]
)
def test_a_click_on_the_sites_own_notification_is_left_to_the_site(
    browser: Chrome, server: RecordingServer, data: str
) -> None:
    register_worker(browser, server, before=THEIRS % data)
    deliver(browser, server, "just text")
    assert [notification["title"] for notification in shown(browser, server)] == ["Theirs"]
    assert fire(browser, "notificationclick") == "open /theirs"
    fire(browser, "notificationclose")
    assert feedback(server) == []


@pytest.mark.parametrize("shared", ["", "self.carillonShared = true;"])
def test_ours_neither_hurries_a_hosts_new_worker_nor_takes_over_its_pages(
    browser: Chrome, server: RecordingServer, shared: str
) -> None:
    ours = f"{shared} importScripts('{server.host}/sdk/carillon-worker.js');"
    server.files["/sw.js"] = ours
    browser.get(server.add_page("/shop"))
    browser.execute_async_script(REGISTER.replace("/carillon-worker.js", "/sw.js"))
    assert browser.execute_script("return navigator.serviceWorker.controller") is None
    browser.get(f"{server.origin}/shop")  # which the first version controls, and so holds up the next
    server.files["/sw.js"] = ours + "// a new version"
    states = browser.execute_async_script(
        """const done = arguments[0];
        navigator.serviceWorker.ready.then((registration) => registration.update()).then((registration) => setTimeout(() =>
          done([Boolean(registration.waiting), Boolean(registration.active)]), 700));"""
    )
    assert states == [True, True]


def test_what_an_older_version_had_shown_is_still_ours(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    old = {
        "token": "t-0",
        "feedback_url": f"{server.host}/v1/feedback",
        "link": f"{server.origin}/old",
        "links": {},
    }
    browser.execute_async_script(
        """const [data, done] = arguments; navigator.serviceWorker.ready
          .then((registration) => registration.showNotification('Old', {data})).then(() => done());""",
        old,
    )
    assert fire(browser, "notificationclick") == f"open {server.origin}/old"
    server.wait_for(lambda: [post.body["kind"] for post in feedback(server)] == ["clicked"])


# ---- A click brings the site forward ----------------------------------------------------------------------------

LEADING = "WindowClient.prototype.navigate = async function (url) { self.went = [...(self.went || []), this.url + ' to ' + url]; };"
LOOK = "self.addEventListener('message', ({data, ports}) => data.type === 'went' && ports[0].postMessage(self.went || []));"


@pytest.mark.parametrize(
    ("link", "focused", "went"),
    [
        ("/cart", "focus {origin}/shop", ["{origin}/shop to {origin}/cart"]),
        ("/shop", "focus {origin}/shop", []),
        ("/shop#reviews", "focus {origin}/shop", ["{origin}/shop to {origin}/shop#reviews"]),
        ("", "focus {origin}/shop", ["{origin}/shop to {origin}/"]),
        ("javascript:alert(1)", "focus {origin}/shop", ["{origin}/shop to {origin}/"]),
        ("https://elsewhere.example/x", "open https://elsewhere.example/x", []),
    ],
)
def test_a_click_brings_an_open_tab_of_the_site_forward(
    browser: Chrome, server: RecordingServer, link: str, focused: str, went: list[str]
) -> None:
    register_worker(browser, server, before=LEADING + LOOK)
    browser.get(server.add_page("/shop"))
    server.wait_for(lambda: browser.execute_script("return Boolean(navigator.serviceWorker.controller)"))
    deliver(browser, server, message(server, link=link))
    shown(browser, server)
    assert fire(browser, "notificationclick") == focused.format(origin=server.origin)
    assert browser.execute_async_script(FIRE, {"type": "went"}) == [
        step.format(origin=server.origin) for step in went
    ]


def test_a_frame_of_the_site_in_somebody_elses_page_is_no_tab_of_it(
    browser: Chrome, server: RecordingServer
) -> None:
    register_worker(browser, server, before="WindowClient.prototype.navigate = null;")
    frame = "const done = arguments[0]; const frame = document.createElement('iframe'); frame.src = '/framed'; frame.onload = () => done(); document.body.append(frame);"  # fmt: skip
    server.add_page("/framed")
    browser.execute_async_script(frame)
    deliver(browser, server, message(server, link="/framed"))
    shown(browser, server)
    assert fire(browser, "notificationclick") == f"open {server.origin}/framed"


def test_a_tab_that_was_closed_in_the_meantime_is_no_obstacle(
    browser: Chrome, server: RecordingServer
) -> None:
    register_worker(browser, server)
    deliver(browser, server, message(server, link="/shop"))
    shown(browser, server)
    gone = "WindowClient.prototype.focus = () => Promise.reject(new TypeError('gone'));"
    server.files["/carillon-worker.js"] += gone
    browser.execute_async_script(
        """const done = arguments[0]; navigator.serviceWorker.ready.then((registration) => registration.unregister())
          .then(() => done());"""
    )
    browser.get(server.add_page("/shop"))
    browser.execute_async_script(REGISTER)
    deliver(browser, server, message(server, link="/shop"))
    shown(browser, server)
    assert fire(browser, "notificationclick") == f"open {server.origin}/shop"


# ---- Consent, and clocks ----------------------------------------------------------------------------------------

KEEP = """const [settings, done] = arguments;
  const opening = indexedDB.open('carillon', 1);
  opening.onsuccess = () => {
    const transaction = opening.result.transaction('settings', 'readwrite');
    for (const one of settings) transaction.objectStore('settings').put(one, one.siteKey);
    transaction.oncomplete = () => { opening.result.close(); done(); };
  };"""


def test_after_refused_consent_the_worker_reports_nothing(browser: Chrome, server: RecordingServer) -> None:
    register_worker(browser, server)
    browser.execute_async_script(KEEP, [{"siteKey": SITE_KEY, "scope": f"{server.origin}/", "refused": True}])
    deliver(browser, server, message(server))
    shown(browser, server)
    fire(browser, "notificationclick")
    assert feedback(server) == []


def test_each_worker_renews_the_subscription_of_its_own_site(
    browser: Chrome, server: RecordingServer
) -> None:
    register_worker(browser, server)
    known = [
        {"siteKey": "pk_other", "host": server.host, "subscriber": "s-2", "scope": f"{server.origin}/other/"},
        {"siteKey": SITE_KEY, "host": server.host, "subscriber": "s-1", "scope": f"{server.origin}/"},
    ]
    browser.execute_async_script(KEEP, known)
    fire(browser, "pushsubscriptionchange", endpoint="https://push.example/renewed")
    [post] = server.wait_for(
        lambda: [post for post in server.tracked() if "s-" in post.body["subscriber"][:2]]
    )
    assert (post.body["site_key"], post.body["subscriber"]) == (SITE_KEY, "s-1")
    assert abs(dt.datetime.fromisoformat(post.body["sent_at"]) - dt.datetime.now(dt.UTC)) < dt.timedelta(
        minutes=1
    )
