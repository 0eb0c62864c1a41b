"""What people wrote is shown as text: it never becomes part of what the theme's Alpine and htmx, or a browser, run."""

import re

import pytest
from django.test import Client

from tests import factories
from tests.attacks.planted import MARK, list_pages, plant
from tests.attacks.test_headers import Found

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Attributes that something runs: Alpine's, htmx's, the browser's own.
RUN = re.compile(r"^(x-|@|:|hx-on|hx-vals|hx-vars|hx-headers|hx-trigger|on[a-z]+$|srcdoc$|style$)")


def test_no_page_of_the_admin_lets_content_run(client: Client) -> None:
    plant()
    client.force_login(factories.make_user(is_superuser=True))
    shown, faults = 0, []
    for address in list_pages():
        response = client.get(address)
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        text = response.content.decode()
        page = Found(text)
        shown += MARK in text
        faults += [
            (address, name) for name, value in page.list_attributes() if RUN.match(name) and MARK in value
        ]
        faults += [(address, value) for name, value in page.list_attributes()
                   if name in {"href", "src", "action"} and value.strip().lower().startswith("javascript:")]  # fmt: skip
        faults += [
            (address, "script") for script in page.list_scripts_without_file() if "nonce" not in script
        ]

    assert faults == []
    assert shown > 30  # or it was looked for where it is not
