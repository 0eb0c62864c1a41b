"""The two lines that a site pastes: commands may be called as methods before the script is there."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from subscribers.admin.site import SNIPPET
from tests.browser.browsers import grant_notifications
from tests.sdk.push_page import PUSH_MANAGER
from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser


def test_methods_may_be_called_before_the_script_is_there(browser: Chrome, server: RecordingServer) -> None:
    grant_notifications(browser, server.origin)
    server.files["/carillon-worker.js"] = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    [queue, _] = SNIPPET.format(url="", key="").splitlines()
    calls = """carillon.subscribe().then((state) => { window.state = state; }); carillon.addEvent('early', {n: 1});
      carillon.identify('u-42'); carillon.addAttribute('tier', 'gold'); const held = carillon;"""
    page = server.add_page(before=PUSH_MANAGER + calls)
    server.files["/"] = server.files["/"].replace(
        "<script>window.carillon = window.carillon || [];</script>", queue
    )
    browser.get(page)
    server.wait_for(lambda: browser.execute_script("return window.state") == "subscribed")
    browser.execute_script("held.addEvent('kept_queue')")
    assert [event["name"] for event in server.wait_for_events(2)] == ["early", "kept_queue"]
    kinds = [operation["type"] for operation in server.operations()]
    assert kinds.index("identify") < kinds.index("attributes") < kinds.index("event")
    assert browser.execute_script("return errors") == []


def test_the_manual_shows_the_two_lines_that_the_admin_shows() -> None:
    root = Path(__file__).parents[2]
    lines = SNIPPET.format(url="https://HOST", key="KEY").splitlines()
    manual = (root / "docs" / "sdk.md").read_text()
    assert all(line in manual for line in lines)
