"""Every page in a real browser: nothing of ours is refused by our own policy, and nothing that people wrote runs."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome

from demo.products import DEMO_SITE_NAME
from subscribers.models import Site
from tests import factories
from tests.attacks.planted import list_pages, plant

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', (event) => window.refused.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
READY = "return document.readyState === 'complete' && (!window.Alpine || !document.querySelector('html[x-cloak]'))"
OPEN = [
    "/demo/",
    "/demo/sale/",
    "/demo/cart/",
    "/demo/thanks/",
    "/api/v1/docs/",
    "/admin/login/",
    "/nowhere/",
]
PATIENCE = 20  # seconds


@pytest.fixture
def listening(chromium: Chrome) -> Chrome:
    chromium.execute_cdp_cmd("Page.enable", {})
    chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
    return chromium


def look(browser: Chrome, address: str) -> dict[str, Any]:
    browser.get(address)
    deadline = time.monotonic() + PATIENCE
    while not browser.execute_script(READY) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.15)  # modules and what they ask for
    found: dict[str, Any] = browser.execute_script(
        "return {refused: window.refused, ran: window.ran ?? null}"
    )
    return found


def log_in(browser: Chrome, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    browser.get(live_server.url + "/health/live")
    for name, cookie in client.cookies.items():
        browser.add_cookie({"name": name, "value": cookie.value})


def find_faults(browser: Chrome, live_server: LiveServer, pages: list[str]) -> dict[str, Any]:
    seen = {page: look(browser, live_server.url + page) for page in pages}
    return {page: found for page, found in seen.items() if found["refused"] or found["ran"]}


def test_the_test_sees_what_is_refused(listening: Chrome, live_server: LiveServer) -> None:
    look(listening, live_server.url + "/demo/")
    listening.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )
    time.sleep(0.2)

    assert len(listening.execute_script("return window.refused")) == 1
    assert listening.execute_script("return window.ran") is None


def test_pages_for_everybody_are_refused_nothing(listening: Chrome, live_server: LiveServer) -> None:
    factories.make_site(name=DEMO_SITE_NAME)

    assert find_faults(listening, live_server, OPEN) == {}


def test_every_page_of_the_admin_is_refused_nothing_and_runs_nothing_that_people_wrote(
    listening: Chrome, live_server: LiveServer
) -> None:
    plant()
    log_in(listening, live_server, factories.make_user(is_superuser=True))
    pages = list_pages()

    assert len(pages) > 60
    assert find_faults(listening, live_server, pages) == {}


def test_the_dark_pages_are_refused_nothing(listening: Chrome, live_server: LiveServer, site: Site) -> None:
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    listening.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    log_in(listening, live_server, factories.make_user(is_superuser=True))
    names = ("index", "segments_segment_add", "campaigns_campaign_add", "subscribers_subscriber_changelist")
    try:
        assert find_faults(listening, live_server, [reverse(f"admin:{name}") for name in names]) == {}
        assert "dark" in listening.execute_script("return document.documentElement.className")
    finally:
        listening.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
