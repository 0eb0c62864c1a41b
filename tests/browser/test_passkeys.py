"""A passkey in a real browser: registered, then used in place of name and password."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import (
    Protocol,
    Transport,
    VirtualAuthenticatorOptions,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.browsers import resize
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def key(chromium: Chrome) -> Iterator[Chrome]:
    """A phone that keeps passkeys and has just recognised its owner's finger."""
    options = VirtualAuthenticatorOptions(
        protocol=Protocol.CTAP2,
        transport=Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=True,
    )
    chromium.add_virtual_authenticator(options)
    yield chromium
    chromium.remove_virtual_authenticator()


@pytest.fixture
def staff() -> User:
    return make_user("marketer", username="ada")


def wait_for_path(driver: Chrome, path: str) -> None:
    WebDriverWait(driver, 20, poll_frequency=0.05).until(
        lambda _: driver.current_url.partition("?")[0].endswith(path)
    )


def test_a_passkey_is_added_and_logs_in_without_a_password(
    key: Chrome, live_server: LiveServer, staff: User
) -> None:
    address = live_server.url.replace("127.0.0.1", "localhost")
    key.get(f"{address}/admin/account/login/?next=/admin/account/2fa/")
    key.find_element(By.NAME, "login").send_keys("ada")
    key.find_element(By.NAME, "password").send_keys("correct horse")
    key.find_element(By.CSS_SELECTOR, "#login-form button").click()
    wait_for_path(key, "/admin/account/2fa/")

    key.find_element(By.LINK_TEXT, "Add a passkey").click()
    wait_for_path(key, "/2fa/webauthn/add/")
    key.find_element(By.NAME, "name").clear()
    key.find_element(By.NAME, "name").send_keys("My phone")
    key.find_element(By.ID, "mfa_webauthn_add").click()
    wait_for_path(key, "/2fa/recovery-codes/")
    assert len((key.find_element(By.ID, "recovery_codes").get_attribute("value") or "").split()) == 10

    key.delete_all_cookies()
    key.get(f"{address}/admin/campaigns/campaign/")
    wait_for_path(key, "/admin/account/login/")
    key.find_element(By.ID, "passkey_login").click()
    wait_for_path(key, "/admin/campaigns/campaign/")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_log_in_fits_and_is_used_by_keyboard(
    chromium: Chrome, live_server: LiveServer, staff: User, width: int
) -> None:
    resize(chromium, width)
    chromium.get(f"{live_server.url}/admin/")
    wait_for_path(chromium, "/admin/account/login/")
    assert chromium.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    field = chromium.switch_to.active_element
    assert field.get_attribute("name") == "login"

    field.send_keys("ada\tcorrect horse\n")

    wait_for_path(chromium, "/admin/")
