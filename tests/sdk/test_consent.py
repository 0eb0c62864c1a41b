"""Consent: held in memory while undecided, sent once given, forgotten when refused."""

import pytest
from selenium.webdriver import Chrome

from tests.sdk.push_page import PUSH_MANAGER, open_page, subscribe, subscriptions
from tests.sdk.recording_server import SITE_KEY, RecordingServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ASK_FIRST = 'data-require-consent="true"'
FIRST_EVENT = "carillon.push(['addEvent', 'first']);"
STORED = "return Object.keys(localStorage).sort()"


def pause(browser: Chrome) -> None:
    """Longer than the SDK waits before it sends."""
    browser.execute_async_script("setTimeout(arguments[0], 700)")


def test_before_consent_nothing_is_stored_or_sent(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before=FIRST_EVENT, attributes=ASK_FIRST))
    pause(browser)
    assert server.posts == []
    assert browser.execute_script(STORED) == []


def test_what_happened_before_consent_is_sent_once_it_is_given(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page(before=FIRST_EVENT, attributes=ASK_FIRST))
    pause(browser)
    browser.execute_script("carillon.push(['consent', true])")
    assert [event["name"] for event in server.wait_for_events(1)] == ["first"]
    assert browser.execute_script("return localStorage['carillon.pk_test.consent']") == "true"


def test_refused_consent_forgets_everything_and_is_remembered(
    browser: Chrome, server: RecordingServer
) -> None:
    server.statuses = [503] * 2
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for(lambda: server.posts)
    browser.execute_script("carillon.push(['consent', false])")
    seen = len(server.posts)
    browser.get(server.add_page("/next", before=FIRST_EVENT))
    pause(browser)
    assert len(server.posts) == seen
    assert browser.execute_script(STORED) == ["carillon.pk_test.consent"]


def test_consent_given_after_a_refusal_starts_anew(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before="carillon.push(['consent', false]);"))
    pause(browser)
    browser.execute_script("carillon.push(['consent', true]); carillon.push(['addEvent', 'welcome'])")
    assert [event["name"] for event in server.wait_for_events(1)] == ["welcome"]


# ---- Withdrawn and given again; the browser itself objects ------------------------------------------------------

WORKER_STORE = """const done = arguments[0];
  const opening = indexedDB.open('carillon', 1);
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => done([]);
  opening.onsuccess = () => {
    const transaction = opening.result.transaction(['settings', 'outbox']);
    const [settings, outbox] = ['settings', 'outbox'].map((name) => transaction.objectStore(name).getAll());
    transaction.oncomplete = () => { opening.result.close(); done([...settings.result, ...outbox.result]); };
  };"""
OBJECTS = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true});"
DO_NOT_TRACK = "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'});"


def test_consent_given_again_gives_the_device_to_the_new_subscriber(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    first = subscribe(browser, server)
    browser.execute_script("carillon.push(['consent', false])")
    assert browser.execute_script("return carillon.subscribed") is False
    browser.execute_script("carillon.push(['consent', true])")
    server.wait_for(lambda: len(subscriptions(server)) == 2)
    assert subscriptions(server)[1] == first
    [old, new] = [
        post.body["subscriber"] for post in server.tracked() if "subscribe" in kinds(post.operations)
    ]
    assert old != new == browser.execute_script("return carillon.subscriber")


def test_consent_given_again_on_a_later_page_finds_the_device_too(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    first = subscribe(browser, server)
    browser.execute_script("carillon.push(['consent', false])")
    browser.get(server.add_page("/later", before=PUSH_MANAGER))
    pause(browser)
    browser.execute_script("carillon.push(['consent', true])")
    server.wait_for(lambda: len(subscriptions(server)) == 2)
    assert subscriptions(server)[1] == first


def test_consent_given_again_subscribes_nobody_who_had_opted_out(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    browser.execute_script("carillon.push(['optout'], ['consent', false])")
    pause(browser)
    browser.execute_script("carillon.push(['consent', true])")
    pause(browser)
    assert len(subscriptions(server)) == 1
    assert browser.execute_script("return localStorage.getItem('browser')") is None


def test_refused_consent_leaves_nothing_of_the_person_in_the_workers_storage_either(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    person = browser.execute_script("return carillon.subscriber")
    assert person in str(browser.execute_async_script(WORKER_STORE))
    browser.execute_script("carillon.push(['consent', false])")
    server.wait_for(lambda: person not in str(browser.execute_async_script(WORKER_STORE)))
    assert browser.execute_async_script(WORKER_STORE) == [
        {"siteKey": SITE_KEY, "scope": f"{server.origin}/", "refused": True}
    ]


def test_ending_notifications_leaves_nothing_in_the_workers_storage(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server)
    subscribe(browser, server)
    browser.execute_script("carillon.push(['unsubscribe'])")
    server.wait_for(lambda: browser.execute_async_script(WORKER_STORE) == [])


def test_the_id_that_aimtell_had_given_is_forgotten_with_the_rest(
    browser: Chrome, server: RecordingServer
) -> None:
    known = "5a1f0000-aaaa-bbbb-cccc-000000000001"
    browser.get(server.add_page(before=f"document.cookie = '_aimtellSubscriberID={known}; path=/';"))
    server.wait_for(server.tracked)
    browser.execute_script("carillon.push(['consent', false], ['consent', true], ['addEvent', 'anew'])")
    server.wait_for_events(1)
    assert server.tracked()[0].body["subscriber"] == known != server.tracked()[-1].body["subscriber"]


def test_while_the_browser_objects_to_being_tracked_nothing_is_stored_or_sent(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page(before=OBJECTS + FIRST_EVENT))
    pause(browser)
    pause(browser)
    browser.get("about:blank")
    assert server.posts == []
    browser.get(server.add_page("/next", before=OBJECTS))
    assert browser.execute_script(STORED) == []
    assert browser.get_cookies() == []
    browser.execute_script("carillon.push(['consent', true]); carillon.push(['addEvent', 'agreed'])")
    assert [event["name"] for event in server.wait_for_events(1)] == ["agreed"]


def test_what_was_stored_before_the_browser_objected_is_not_sent_from_then_on(
    browser: Chrome, server: RecordingServer
) -> None:
    server.statuses = [503] * 3
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for(lambda: server.posts)
    browser.get("about:blank")
    server.statuses.clear()
    seen = len(server.posts)
    browser.get(server.add_page("/next", before=OBJECTS))
    pause(browser)
    pause(browser)
    browser.get("about:blank")
    assert len(server.posts) == seen


def test_a_subscription_by_ones_own_click_is_consent_where_the_browser_objects(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": server.origin, "permissions": ["notifications"]}
    )
    server.files["/carillon-worker.js"] = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    browser.get(server.add_page(before=PUSH_MANAGER + OBJECTS, attributes='data-prompt="#bell"'))
    pause(browser)
    assert server.posts == []
    browser.find_element("id", "bell").click()
    server.wait_for(lambda: subscriptions(server))
    assert browser.execute_script("return carillon.consented") is True


def test_a_click_on_the_bell_without_the_consent_that_the_site_asks_for_waits_for_it(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": server.origin, "permissions": ["notifications"]}
    )
    server.files["/carillon-worker.js"] = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    browser.get(server.add_page(before=PUSH_MANAGER, attributes=f'data-prompt="#bell" {ASK_FIRST}'))
    server.wait_for(lambda: browser.execute_script("return Boolean(carillon.loaded)"))
    browser.find_element("id", "bell").click()
    server.wait_for(lambda: browser.execute_script("return states") == ["no_consent"])
    assert browser.execute_script("return keysUsed") == []
    assert browser.execute_async_script(WORKER_STORE) == []
    browser.execute_script("carillon.push(['consent', true])")
    server.wait_for(lambda: subscriptions(server))
    assert browser.execute_script("return states") == ["no_consent", "subscribed"]


def test_do_not_track_is_heeded_where_the_site_says_so(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before=DO_NOT_TRACK, attributes='data-do-not-track="true"'))
    pause(browser)
    pause(browser)
    browser.get("about:blank")
    assert server.posts == []
    browser.get(server.add_page("/next", before=DO_NOT_TRACK))
    server.wait_for(server.tracked)


def test_consent_withdrawn_in_one_tab_holds_in_the_others(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page())
    server.wait_for(lambda: server.operations("page"))
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(server.add_page("/other"))
    server.wait_for(lambda: len(server.operations("page")) == 2)
    browser.execute_script("carillon.push(['consent', false])")
    browser.close()
    browser.switch_to.window(first)
    seen = len(server.posts)
    browser.execute_script("carillon.push(['addEvent', 'later'])")
    pause(browser)
    browser.get("about:blank")
    assert len(server.posts) == seen


def kinds(operations: list[dict[str, object]]) -> list[object]:
    return [operation["type"] for operation in operations]
