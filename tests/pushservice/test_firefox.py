"""A real Firefox subscribes at the loopback service and gets real encrypted pushes from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pywebpush import WebPusher
from selenium.webdriver import Firefox

from pushservice.background import run_in_background
from tests.browser.browsers import open_firefox, require_firefox
from tests.browser.notifications import (
    click_notification,
    dismiss_notification,
    shown_notifications,
    wait_for_notification,
)
from tests.pushservice.sender import Sender
from tests.pushservice.shop import Shop, open_shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Visit:
    """A visitor who has allowed notifications in the shop, and the sender who may reach them."""

    driver: Firefox
    shop: Shop
    sender: Sender
    subscription: dict[str, Any]

    def push(self, text: str) -> None:
        """Send `text` encrypted to the visitor's browser."""
        headers = {"Authorization": self.sender.sign()}
        response = WebPusher(self.subscription).send(text.encode(), headers, ttl=60)
        assert not isinstance(response, str)
        assert response.status_code == 201


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    require_firefox()
    profile: Path = tmp_path_factory.mktemp("firefox")
    with run_in_background() as origin, open_shop() as shop:
        sender = Sender(origin)
        driver = open_firefox(profile, push_service_url=origin)
        try:
            yield Visit(driver, shop, sender, subscribe(driver, shop, sender.public_key))
        finally:
            driver.quit()


def subscribe(driver: Firefox, shop: Shop, key: str) -> dict[str, Any]:
    driver.get(f"{shop.origin}/")
    answer: dict[str, Any] = driver.execute_async_script(
        "const [key, done] = arguments; subscribe(key).then(done, (error) => done({error: String(error)}));",
        key,
    )
    assert "error" not in answer, answer
    return answer


def titles(driver: Firefox) -> list[str]:
    return [one.title for one in shown_notifications(driver)]


def test_the_subscription_points_at_the_loopback_service(visit: Visit) -> None:
    assert visit.subscription["endpoint"].startswith(f"{visit.sender.origin}/push/")


def test_an_encrypted_push_is_read_and_shown(visit: Visit) -> None:
    visit.push("Grüße 🔔")
    assert visit.shop.wait_for_report("displayed")["text"] == "Grüße 🔔"
    shown = wait_for_notification(visit.driver, title="Grüße 🔔")
    assert shown.body == "A body"
    assert shown.actions == {"buy": "Buy", "later": "Later"}


@pytest.mark.parametrize("action", [None, "later"])
def test_a_click_reaches_the_worker_which_may_open_a_window(visit: Visit, action: str | None) -> None:
    title = f"click {action}"
    visit.push(title)
    windows = len(visit.driver.window_handles)
    click_notification(visit.driver, title=title, action=action)
    assert visit.shop.wait_for_report("clicked") == {
        "kind": "clicked",
        "text": title,
        "action": action or "",
    }
    assert len(visit.driver.window_handles) == windows + 1
    assert title not in titles(visit.driver)


def test_a_dismissed_notification_tells_the_worker(visit: Visit) -> None:
    visit.push("wipe me away")
    dismiss_notification(visit.driver, title="wipe me away")
    assert visit.shop.wait_for_report("closed")["text"] == "wipe me away"
    assert "wipe me away" not in titles(visit.driver)


def test_a_button_that_is_not_there_cannot_be_clicked(visit: Visit) -> None:
    visit.push("no such button")
    with pytest.raises(LookupError, match="buy"):
        click_notification(visit.driver, title="no such button", action="sell")


def test_a_push_waits_until_firefox_is_started_again(tmp_path: Path) -> None:
    require_firefox()
    with run_in_background() as origin, open_shop() as shop:
        sender = Sender(origin)
        driver = open_firefox(tmp_path, push_service_url=origin)
        try:
            subscription = subscribe(driver, shop, sender.public_key)
        finally:
            driver.quit()
        Visit(driver, shop, sender, subscription).push("while you were away")
        driver = open_firefox(tmp_path, push_service_url=origin)
        try:
            assert wait_for_notification(driver).title == "while you were away"
        finally:
            driver.quit()
