"""The notifications a headless Firefox shows: read them, click them, wipe them away.

A headless Firefox has no desktop to show notifications on, and `showNotification()` would wait for ever. So the
browser's alerts service is replaced by one that records, through which a click takes the browser's real path to
the service worker's `notificationclick`, with the right to open windows that a real click gives.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

RECORDER = Path(__file__).with_name("record_notifications.js").read_text()
FIND_SERVICE = """
const service = Cc["@mozilla.org/alerts-service;1"].getService(Ci.nsIAlertsService).wrappedJSObject;
"""
LIST = """
return Array.from(service.shown, ([name, {alert}]) => ({
  name, title: alert.title, body: alert.text, icon: alert.imageURL ?? "",
  actions: Object.fromEntries(Array.from(alert.actions, ({action, title}) => [action, title])),
}));
"""
CLICK = """
const [name, action] = arguments;
const button = service.shown.get(name).alert.actions.find((one) => one.action === action) ?? null;
service.tell(name, "alertclickcallback", button);
"""
DISMISS = "service.closeAlert(arguments[0]);"


@dataclass(frozen=True)
class ShownNotification:
    """One notification on the screen; `actions` are its buttons, action → title."""

    name: str
    title: str
    body: str
    icon: str
    actions: dict[str, str]


def record_notifications(driver: webdriver.Firefox) -> None:
    """Begin to record; the recorder lives as long as the window that is open now."""
    with driver.context(driver.CONTEXT_CHROME):
        driver.execute_script(RECORDER)


def shown_notifications(driver: webdriver.Firefox) -> list[ShownNotification]:
    """The notifications now on the screen, oldest first."""
    return [ShownNotification(**fields) for fields in _run(driver, LIST)]


def wait_for_notification(
    driver: webdriver.Firefox, *, title: str | None = None, timeout: float = 20
) -> ShownNotification:
    """The newest notification (with `title`, if given), within `timeout` seconds or selenium's TimeoutException."""

    def newest(_: webdriver.Firefox) -> ShownNotification | None:
        shown = [one for one in shown_notifications(driver) if title in (None, one.title)]
        return shown[-1] if shown else None

    found = WebDriverWait(driver, timeout, poll_frequency=0.1).until(
        newest, f"no notification titled {title!r}"
    )
    assert found is not None
    return found


def click_notification(
    driver: webdriver.Firefox, *, title: str | None = None, action: str | None = None
) -> None:
    """Click the newest notification (with `title`, if given), or its button `action`, once it is shown."""
    shown = wait_for_notification(driver, title=title)
    if action is not None and action not in shown.actions:
        raise LookupError(f"{shown.title!r} has the buttons {sorted(shown.actions)}, not {action!r}.")
    _run(driver, CLICK, shown.name, action)


def dismiss_notification(driver: webdriver.Firefox, *, title: str | None = None) -> None:
    """Close the newest notification (with `title`, if given) without clicking it, once it is shown."""
    _run(driver, DISMISS, wait_for_notification(driver, title=title).name)


def _run(driver: webdriver.Firefox, script: str, *arguments: str | None) -> Any:
    with driver.context(driver.CONTEXT_CHROME):
        return driver.execute_script(FIND_SERVICE + script, *arguments)
