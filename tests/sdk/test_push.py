"""Allowing and withdrawing notifications. A real subscription is in the Firefox journey."""

import pytest
from selenium.webdriver import Chrome

from tests.browser.browsers import grant_notifications
from tests.sdk.push_page import PUSH_MANAGER, key_bytes, open_page, subscribe, subscriptions
from tests.sdk.recording_server import VAPID_PUBLIC_KEY, RecordingServer

pytestmark = pytest.mark.browser


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


# ---- Only what is ours ------------------------------------------------------------------------------------------

# Unlike in PUSH_MANAGER, each registration has a subscription of its own.
EACH_ITS_OWN = """
  const scopes = new WeakMap();
  const manager = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'pushManager').get;
  Object.defineProperty(ServiceWorkerRegistration.prototype, 'pushManager', {get() {
    const found = manager.call(this); scopes.set(found, this.scope); return found; }});
  const all = () => JSON.parse(localStorage.getItem('browsers') || '{}');
  const put = (scope, value) => localStorage.setItem('browsers', JSON.stringify({...all(), [scope]: value}));
  const made = (scope, {endpoint, key}) => ({
    options: {applicationServerKey: Uint8Array.from(key).buffer},
    toJSON: () => ({endpoint, expirationTime: null, keys: {p256dh: 'p', auth: 'a'}}),
    unsubscribe: async () => { put(scope, undefined); return true; },
  });
  PushManager.prototype.getSubscription = async function () {
    const scope = scopes.get(this); return all()[scope] ? made(scope, all()[scope]) : null; };
  PushManager.prototype.subscribe = async function ({applicationServerKey}) {
    const scope = scopes.get(this);
    put(scope, {endpoint: `https://push.example/${crypto.randomUUID()}`, key: [...applicationServerKey]});
    return made(scope, all()[scope]); };
  window.states = []; addEventListener('carillon:subscription', ({detail}) => states.push(detail));
  window.troubles = []; addEventListener('carillon:error', ({detail}) => troubles.push(detail.message));
"""
SITES_OWN = """const done = arguments[0];
  navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)
    .then((registration) => registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: [4, 2]}))
    .then(() => done());"""
SUBSCRIBED = "return Object.keys(JSON.parse(localStorage.browsers)).map((scope) => new URL(scope).pathname)"


def open_beside_the_sites_worker(browser: Chrome, server: RecordingServer, attributes: str) -> None:
    """A page of a site that has a worker and a subscription of its own at /, and where Carillon is told `attributes`."""
    grant_notifications(browser, server.origin)
    ours = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    server.files |= {"/sw.js": "", "/carillon-worker.js": ours, "/push/carillon-worker.js": ours}
    browser.get(server.add_page(before=EACH_ITS_OWN, attributes=f'data-prompt="#bell" {attributes}'))
    server.wait_for(lambda: server.operations("page"))
    browser.execute_async_script(SITES_OWN)


IN_A_FOLDER = [
    'data-worker="/push/carillon-worker.js"',
    'data-worker="/push/carillon-worker.js" data-worker-scope="/push/"',
    'data-worker="/carillon-worker.js" data-worker-scope="/push/"',
    'data-worker="push/carillon-worker.js"',
]


@pytest.mark.parametrize("attributes", IN_A_FOLDER)
def test_ending_notifications_in_a_folder_leaves_the_sites_own_subscription_alone(
    browser: Chrome, server: RecordingServer, attributes: str
) -> None:
    open_beside_the_sites_worker(browser, server, attributes)
    subscribe(browser, server)
    assert browser.execute_script(SUBSCRIBED) == ["/", "/push/"]
    browser.execute_script("carillon.push(['unsubscribe'])")
    server.wait_for(lambda: browser.execute_script("return states.at(-1)") == "unsubscribed")
    assert browser.execute_script(SUBSCRIBED) == ["/"]


@pytest.mark.parametrize("attributes", [*IN_A_FOLDER, 'data-worker="/sw.js"', ""])
def test_ending_what_never_began_leaves_the_sites_own_subscription_alone(
    browser: Chrome, server: RecordingServer, attributes: str
) -> None:
    open_beside_the_sites_worker(browser, server, attributes)
    browser.execute_script("carillon.push(['optout'])")
    server.wait_for(lambda: browser.execute_script("return states.at(-1)") == "unsubscribed")
    assert browser.execute_script(SUBSCRIBED) == ["/"]


def test_the_sites_worker_is_not_replaced_by_ours(browser: Chrome, server: RecordingServer) -> None:
    open_beside_the_sites_worker(browser, server, "")
    browser.find_element("id", "bell").click()
    server.wait_for(lambda: browser.execute_script("return states") == ["failed"])
    [sentence] = browser.execute_script("return troubles")
    assert "/sw.js" in sentence
    assert "data-worker-scope" in sentence
    worker = "const done = arguments[0]; navigator.serviceWorker.getRegistration().then(({active}) => done(active.scriptURL))"
    assert browser.execute_async_script(worker) == f"{server.origin}/sw.js"
    assert browser.execute_script(SUBSCRIBED) == ["/"]


def test_a_former_providers_worker_whose_file_is_gone_is_replaced(
    browser: Chrome, server: RecordingServer
) -> None:
    open_beside_the_sites_worker(browser, server, "")
    del server.files["/sw.js"]
    subscribe(browser, server)
    assert browser.execute_script("return troubles") == []


def test_a_subscription_that_the_site_made_in_a_shared_worker_is_not_taken_away_by_looking_after_ours(
    browser: Chrome, server: RecordingServer
) -> None:
    open_beside_the_sites_worker(browser, server, 'data-worker="/sw.js"')
    subscribe(browser, server)
    browser.execute_script(
        f"localStorage.browsers = JSON.stringify({{'{server.origin}/': {{endpoint: 'https://push.example/theirs', key: [4, 2]}}}})"
    )
    browser.get(server.add_page("/next", before=EACH_ITS_OWN, attributes='data-worker="/sw.js"'))
    [operation] = server.wait_for(lambda: server.operations("unsubscribe"))
    assert operation["reason"] == "replaced"
    assert "https://push.example/theirs" in browser.execute_script("return localStorage.browsers")
    assert len(browser.execute_script("return troubles")) == 1


def test_our_own_subscription_is_renewed_when_the_sites_key_was_changed(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    first = subscribe(browser, server)
    other_key = "{endpoint: JSON.parse(localStorage.browser).endpoint, key: [4, 2]}"
    browser.execute_script(f"localStorage.browser = JSON.stringify({other_key})")
    open_page(browser, server, "/next")
    server.wait_for(lambda: len(subscriptions(server)) == 2)
    assert subscriptions(server)[1]["endpoint"] != first["endpoint"]


# ---- When it fails ----------------------------------------------------------------------------------------------


def failures(browser: Chrome) -> list[str]:
    told: list[str] = browser.execute_script("return troubles")
    return told


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("", "could not be turned on"),  # there is no worker's file
        ("PushManager.prototype.subscribe = async () => { throw new DOMException('no push service', 'AbortError'); };", "no push service"),
        ("const asked = fetch; window.fetch = (url, ...rest) => String(url).includes('config') ? Promise.reject(Error('offline')) : asked(url, ...rest);", "offline"),
    ],
)  # fmt: skip
def test_a_subscription_that_fails_is_told_by_an_error_event_and_a_word(
    browser: Chrome, server: RecordingServer, spoil: str, told: str
) -> None:
    grant_notifications(browser, server.origin)
    if spoil:
        server.files["/carillon-worker.js"] = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    before = f"{PUSH_MANAGER} {spoil} window.troubles = []; addEventListener('carillon:error', (e) => troubles.push(e.detail.message));"
    browser.get(server.add_page(before=before, attributes='data-prompt="#bell"'))
    server.wait_for(lambda: server.operations("page"))
    answer = browser.execute_async_script("carillon.subscribe().then(arguments[0])")
    assert answer == "failed"
    assert told in failures(browser)[0]
    assert browser.execute_script("return [states, errors]") == [["failed"], []]


@pytest.mark.parametrize(
    "database",
    [
        "Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('no', 'SecurityError'); }});",
        "Object.defineProperty(window, 'indexedDB', {value: undefined});",
        "IDBFactory.prototype.open = () => ({});",  # Safari forgot to answer, in several versions
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'InvalidStateError'); };",
    ],
)
def test_a_browser_without_a_working_indexeddb_is_subscribed_all_the_same(
    browser: Chrome, server: RecordingServer, database: str
) -> None:
    open_page(browser, server, before=database)
    subscribe(browser, server)
    server.wait_for(lambda: browser.execute_script("return states") == ["subscribed"])
    browser.execute_script("carillon.push(['unsubscribe'])")
    server.wait_for(lambda: browser.execute_script("return localStorage.getItem('browser')") is None)
    browser.execute_script("carillon.push(['consent', false])")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert browser.execute_script("return errors") == []


@pytest.mark.parametrize(
    ("ask", "states"),
    [
        ("(answer) => { answer('granted'); }", ["subscribed"]),  # Safari before promises
        ("(answer) => { answer('denied'); }", ["denied"]),
        ("() => Promise.reject(new Error('only from a user gesture'))", ["failed"]),
        ("() => { throw new Error('only from a user gesture'); }", ["failed"]),
    ],
)
def test_every_way_in_which_browsers_answer_the_question_is_understood(
    browser: Chrome, server: RecordingServer, ask: str, states: list[str]
) -> None:
    open_page(browser, server, before=f"Notification.requestPermission = {ask};")
    assert [browser.execute_async_script("carillon.subscribe().then(arguments[0])")] == states
    assert browser.execute_script("return [states, errors]") == [states, []]
