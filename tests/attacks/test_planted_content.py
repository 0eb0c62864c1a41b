"""What people wrote is shown as text: it never becomes part of what the theme's Alpine and htmx, or a browser, run."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests import factories
from tests.attacks.planted import MARK, PLANT, list_pages, plant
from tests.attacks.test_headers import Found

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Attributes that something runs: Alpine's, htmx's, the browser's own.
RUN = re.compile(r"^(x-|@|:|hx-on|hx-vals|hx-vars|hx-headers|hx-trigger|on[a-z]+$|srcdoc$|style$)")
LINKS = {"href", "src", "action", "formaction"}


def find_faults(address: str, response: Any) -> list[tuple[str, str]]:
    page = Found(response.content.decode())
    given = page.list_attributes()
    return [
        *((address, name) for name, value in given if RUN.match(name) and MARK in value),
        *(
            (address, value)
            for name, value in given
            if name in LINKS and value.strip().lower().startswith("javascript:")
        ),
        *((address, "script") for script in page.list_scripts_without_file() if "nonce" not in script),
    ]


def is_page(response: Any) -> bool:
    return not response.streaming and response["Content-Type"].startswith("text/html")


def test_no_page_of_the_admin_lets_content_run(client: Client) -> None:
    plant()
    client.force_login(factories.make_user(is_superuser=True))
    shown, faults = 0, []
    for address in list_pages():
        response = client.get(address)
        if is_page(response):
            shown += MARK in response.content.decode()
            faults += find_faults(address, response)

    assert faults == []
    assert shown > 30  # or it was looked for where it is not


def test_what_is_sent_back_is_text_too(client: Client) -> None:
    """A form that is refused shows what was typed, and lists repeat what stands in the address."""
    plant()
    client.force_login(factories.make_user(is_superuser=True))
    typed = dict.fromkeys(
        ("name", "title", "body", "key", "url", "username", "site", "rule", "link_url", "_to_field"), PLANT
    )
    asked = "&".join(
        f"{name}={quote(PLANT)}"
        for name in ("q", "o", "p", "_popup", "_changelist_filters", "site__id__exact", "next")
    )
    shown, faults = 0, []
    for address in list_pages():
        page = address.partition("?")[0]
        answers = [client.get(f"{page}?{asked}")] + (
            [client.post(page, typed)] if page.endswith("/add/") else []
        )
        for response in [answer for answer in answers if is_page(answer)]:
            shown += MARK in response.content.decode()
            faults += find_faults(address, response)

    assert faults == []
    assert shown > 10
