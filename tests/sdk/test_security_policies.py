"""Pages that protect themselves: a nonce (CSP), Trusted Types, cross-origin isolation (COEP)."""

import pytest
from selenium.webdriver import Chrome

from tests.browser.browsers import grant_notifications
from tests.sdk.push_page import PUSH_MANAGER, subscribe
from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
NONCE = "script-src 'nonce-r4nd0m'; worker-src 'self'"
TYPES = "require-trusted-types-for 'script'; trusted-types carillon"
DEFAULT_TYPES = "require-trusted-types-for 'script'; trusted-types default"
DEFAULT_POLICY = "trustedTypes.createPolicy('default', {createScriptURL: (url) => url});"


def open_protected(
    browser: Chrome, server: RecordingServer, headers: dict[str, str], before: str = ""
) -> None:
    """A page that subscribes by its bell and speaks Aimtell, so that it loads every part of the SDK."""
    grant_notifications(browser, server.origin)
    server.files["/carillon-worker.js"] = f"importScripts('{server.host}/sdk/carillon-worker.js');"
    server.headers["/carillon-worker.js"] = {
        name: value for name, value in headers.items() if "Embedder" in name
    }
    address = server.add_page(
        before=f"var _at = []; {before} {PUSH_MANAGER}", attributes='data-prompt="#bell"'
    )
    server.files["/"] = server.files["/"].replace("<script", '<script nonce="r4nd0m"')
    server.headers["/"] = headers
    browser.get(address)
    server.wait_for(lambda: server.operations("page"))


@pytest.mark.parametrize(
    ("headers", "before"),
    [
        ({"Content-Security-Policy": NONCE}, ""),
        ({"Content-Security-Policy": f"{NONCE} 'strict-dynamic'"}, ""),
        ({"Content-Security-Policy": TYPES}, ""),
        ({"Content-Security-Policy": DEFAULT_TYPES}, DEFAULT_POLICY),
        ({"Content-Security-Policy": f"{NONCE}; {TYPES}"}, ""),
        ({"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"}, ""),
        ({"Cross-Origin-Embedder-Policy": "credentialless", "Cross-Origin-Opener-Policy": "same-origin"}, ""),
    ],
    ids=[
        "nonce",
        "strict-dynamic",
        "trusted types",
        "default policy",
        "nonce and types",
        "COEP",
        "credentialless",
    ],
)
def test_every_part_works_on_a_page_that_protects_itself(
    browser: Chrome, server: RecordingServer, headers: dict[str, str], before: str
) -> None:
    open_protected(browser, server, headers, before)
    server.wait_for(lambda: browser.execute_script("return typeof _aimtellTrackEvent === 'function'"))
    assert subscribe(browser, server)["endpoint"].startswith("https://push.example/")
    assert browser.execute_script("return [warnings, errors]") == [[], []]


def test_a_page_whose_script_came_with_cors_loads_the_parts_with_cors(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page(before="var _at = [];", attributes='crossorigin="anonymous"'))
    server.wait_for(lambda: browser.execute_script("return typeof _aimtellTrackEvent === 'function'"))
    assert (
        browser.execute_script("return document.querySelector('[src*=aimtell]').crossOrigin") == "anonymous"
    )


def test_a_page_that_forbids_our_policy_is_told_so_and_goes_on_recording(
    browser: Chrome, server: RecordingServer
) -> None:
    troubles = "window.troubles = []; addEventListener('carillon:error', ({detail}) => troubles.push(detail.message));"
    grant_notifications(browser, server.origin)
    address = server.add_page(before=PUSH_MANAGER + troubles, attributes='data-prompt="#bell"')
    server.headers["/"] = {
        "Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types 'none'"
    }
    browser.get(address)
    server.wait_for(lambda: server.operations("page"))
    browser.find_element("id", "bell").click()
    server.wait_for(lambda: browser.execute_script("return states") == ["failed"])
    assert "TrustedScriptURL" in browser.execute_script("return troubles")[0]
