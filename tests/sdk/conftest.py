"""A Chromium for the whole run; a server, and so an origin with empty storage, for each test."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.browser.browsers import find_chromium, open_chromium
from tests.sdk.recording_server import RecordingServer


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if find_chromium() is None:
        pytest.skip("NO BROWSER: Chromium and chromedriver are not installed, so the SDK is not tested.")
    driver = open_chromium(tmp_path_factory.mktemp("chromium"), timezone="Asia/Kathmandu")
    driver.set_script_timeout(10)
    yield driver
    driver.quit()


@pytest.fixture
def browser(_chromium: Chrome) -> Chrome:
    _chromium.get("about:blank")
    _chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    return _chromium


@pytest.fixture
def server(browser: Chrome) -> Iterator[RecordingServer]:
    server = RecordingServer()
    yield server
    browser.get("about:blank")
    # Workers left behind would be handed the pushes of the next test.
    left = {"origin": server.origin, "storageTypes": "all"}
    browser.execute_cdp_cmd("Storage.clearDataForOrigin", left)
    server.close()
