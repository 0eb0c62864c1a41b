"""Names that mean something to JavaScript itself, in what a page hands over: they are names, and change nothing of the page."""

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
HOSTILE = """JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "kind": "shoe"}')"""
CALLS = f"""
  var _at = [];
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {{
    carillon.push([name, {HOSTILE}]);
    carillon.push(['addAttribute', name, {{polluted: 1}}]);
    _at.push(['addAttribute', name, {{polluted: 1}}]);
    _at.push([name, {{polluted: 1}}]);
  }}
  carillon.push(['init', {HOSTILE}]);
  carillon.push(['addAttributes', {HOSTILE}]);
  carillon.push(['addEvent', 'seen', {HOSTILE}]);
  _at.attributes = {HOSTILE};
  _at.push(['addEvent', Object.assign({HOSTILE}, {{event: 'seen too'}})]);
  carillon.push(['addEvent', 'after']);"""


def test_no_name_that_a_page_hands_over_changes_its_objects(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before=CALLS))
    server.wait_for(
        lambda: {each["name"] for each in server.operations("event")} >= {"seen", "seen too", "after"}
    )

    assert browser.execute_script("return [({}).polluted, [].polluted, (() => {}).polluted]") == [None] * 3
    assert browser.execute_script("return Object.keys(Object.prototype)") == []
    assert {each["properties"].get("kind") for each in server.operations("event")} == {"shoe", None}
