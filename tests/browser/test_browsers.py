"""The harness itself: browsers open with the size, clock and permissions that a test asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser import browsers
from tests.browser.browsers import (
    grant_notifications,
    open_chromium,
    open_firefox,
    require_chromium,
    require_firefox,
    take_screenshot,
)
from tests.pushservice.shop import open_shop

TIMEZONE = "return Intl.DateTimeFormat().resolvedOptions().timeZone"


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path, width=360, height=740, timezone="Pacific/Kiritimati")
    try:
        yield driver
    finally:
        driver.quit()


@pytest.mark.slow
@pytest.mark.browser
def test_chromium_has_the_size_and_clock_asked_for(chromium: Chrome, tmp_path: Path) -> None:
    assert chromium.execute_script("return [innerWidth, innerHeight]") == [360, 740]
    assert chromium.execute_script(TIMEZONE) == "Pacific/Kiritimati"
    take_screenshot(chromium, tmp_path / "pictures" / "page.png")
    assert (tmp_path / "pictures" / "page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.browser
def test_chromium_asks_nobody_once_notifications_are_granted(chromium: Chrome) -> None:
    with open_shop() as shop:
        chromium.get(shop.origin)
        grant_notifications(chromium, shop.origin)
        assert chromium.execute_script("return Notification.permission") == "granted"


@pytest.mark.slow
@pytest.mark.browser
def test_firefox_has_the_clock_asked_for(tmp_path: Path) -> None:
    require_firefox()
    driver = open_firefox(tmp_path, push_service_url="http://localhost:9", timezone="Australia/Lord_Howe")
    try:
        assert driver.execute_script(TIMEZONE) == "Australia/Lord_Howe"
    finally:
        driver.quit()


@pytest.mark.slow
@pytest.mark.parametrize("require", [require_chromium, require_firefox])
def test_a_missing_browser_skips_a_test_but_fails_it_in_ci(
    monkeypatch: pytest.MonkeyPatch, require: object
) -> None:
    assert callable(require)
    monkeypatch.setattr(browsers, "find_chromium", lambda: None)
    monkeypatch.setattr(browsers, "find_firefox", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED"):
        require()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="not installed"):
        require()
