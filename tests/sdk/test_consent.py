"""Consent: held in memory while undecided, sent once given, forgotten when refused."""

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
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
    assert browser.execute_script("return localStorage['carillon.consent']") == "true"


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
    assert browser.execute_script(STORED) == ["carillon.consent"]


def test_consent_given_after_a_refusal_starts_anew(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before="carillon.push(['consent', false]);"))
    pause(browser)
    browser.execute_script("carillon.push(['consent', true]); carillon.push(['addEvent', 'welcome'])")
    assert [event["name"] for event in server.wait_for_events(1)] == ["welcome"]
