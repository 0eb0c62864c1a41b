"""Between two tests with a browser nothing is left running: what a page asked for last would meet an emptied database."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from selenium.webdriver import Chrome

from tests.browser.browsers import leave_pages, open_chromium, require_chromium, start_afresh

PATIENCE = 30  # seconds


class Requests:
    """How many the server of the tests has in hand."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = threading.Lock()

    def begin(self, **_: Any) -> None:
        with self._lock:
            self.number += 1

    def end(self, **_: Any) -> None:
        with self._lock:
            self.number -= 1


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One for all tests of a process: to start it takes longer than many of them."""
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def chromium(_chromium: Chrome) -> Chrome:
    """A tab of 1280 by 900 pixels, in which nobody is signed in."""
    start_afresh(_chromium)
    return _chromium


@pytest.fixture(autouse=True)
def _settle(request: pytest.FixtureRequest) -> Iterator[None]:
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that this ends before the tables are emptied
    requests = Requests()
    request_started.connect(requests.begin, weak=False)
    request_finished.connect(requests.end, weak=False)
    yield
    leave_pages()
    deadline = time.monotonic() + PATIENCE
    while requests.number > 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    request_started.disconnect(requests.begin)
    request_finished.disconnect(requests.end)
