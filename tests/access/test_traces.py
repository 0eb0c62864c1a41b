"""Nothing that staff or a key changes goes without an entry in the audit log: every unsafe request that there is, tried."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from access.keys import make_key
from campaigns.transports.memory import MemoryTransport
from tests import factories
from tests.access.addresses import Address, list_addresses
from tests.access.asking import Answer, ask
from tests.access.bodies import find_body
from tests.access.forms import read_form
from tests.access.needs import NOBODY, find_needs
from tests.access.preparing import PREPARE, make_targets
from tests.access.world import World, make_world
from tests.attacks.keys import ALL

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# What writes and leaves no entry, and why.
UNTOLD = {
    "api-track": "what backends report of visitors is its own record: the inbox, then the log of events",
}
# What writes no row of what it is about, asked with POST. Its entry is looked for all the same.
IDLE = re.compile(
    r"""
    # Lists, histories and pages that show the same to whoever posts to them; actions of lists have a test of their own.
    .+_(changelist|history) | index | search | app_list
    | segments_segment_(gallery|overlap|drift|members|explain|versions) | subscribers_subscriber_timeline
    # They lead elsewhere, or nowhere.
    | admin/.*/<path:object_id>/ | view_on_site | admin/\(\?P<url>\.\*\) | admin/(login|logout|password_change)/ | password_change
    # They count and draw what somebody is writing.
    | segment-(preview|preview-history|compare) | segments_segment_(preview|past|comparison)
    | campaigns_campaign_(preview|advice) | subscribers_site_signature
    # The message goes out, and no row tells of it but the entry.
    | campaigns_campaign_test
    # Only for a draft with versions, on a day to come: tests/campaigns/admin says what it does.
    | campaigns_campaign_test_ahead
    # Logging in and out, and what takes a second factor, a mail or a provider: signin/history.py tells those itself (tests/signin).
    | (account|mfa|openid|socialaccount)_\w+ | login | logout | sessions | invitation
    """,
    re.VERBOSE,
)


@pytest.fixture
def world(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.LIMIT_API_PER_SECOND = settings.LIMIT_API_BURST = 10**6
    monkeypatch.setattr(
        "campaigns.admin.testing_views.open_transport", lambda: nullcontext(MemoryTransport())
    )
    return make_world("quagga")


@pytest.fixture
def person(world: World) -> Client:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    return client


@pytest.fixture
def program(world: World) -> Client:
    later = timezone.now() + dt.timedelta(days=1)  # so that no request notes that it was used
    _, secret = make_key(site=world.site, name="All", scopes=ALL, last_used_at=later)
    return Client(headers={"authorization": f"Bearer {secret}"})


def list_unsafe() -> Iterator[tuple[Address, str]]:
    for address in list_addresses():
        if address.pattern.startswith("api/"):
            yield from ((address, method) for method in UNSAFE if method in (address.methods or UNSAFE))
        elif address.pattern.startswith("admin/"):
            yield address, "POST"


def try_out(client: Client, address: Address, method: str, world: World) -> Answer:
    """With all that it takes to change something; afterwards everything is as before."""
    name = address.name or address.pattern
    with transaction.atomic():
        rows = PREPARE[name](world) if name in PREPARE else {}
        there = World(world.site, world.word, {**world.rows, **rows})
        path = address.fill(there)
        has_form = path.startswith("/admin/") and not IDLE.fullmatch(name)
        shown = read_form(ask(client, "GET", path).body) if has_form else None
        body = find_body(address, method, there)
        if shown is not None and (body is None or type(body) is dict):
            body = {**shown, **(body or {})}
        answer = ask(client, method, path, body)
        transaction.set_rollback(True)
    return answer


def test_every_unsafe_request_leaves_an_entry_and_what_was_done_is_not_told_as_tried(
    world: World, person: Client, program: Client
) -> None:
    silent, mistold, idle = set(), set(), set()
    for address, method in list_unsafe():
        name = address.name or address.pattern
        asked = [person, program] if address.pattern.startswith("api/") else [person]
        answers = [try_out(client, address, method, world) for client in asked]
        if any(not answer.actions and answer.status < 400 for answer in answers):
            silent.add(name)
        if any(answer.written and set(answer.actions) == {"tried"} for answer in answers):
            mistold.add(name)
        refused = find_needs(address, method) == NOBODY or answers[0].status == 405
        if not refused and not any(answer.written for answer in answers) and not IDLE.fullmatch(name):
            idle.add(f"{method} {name}: {answers[0].status}")

    assert mistold == set()
    assert silent == UNTOLD.keys()
    assert idle == set(), (
        "Say in tests/access/bodies.py what changes something there, or here why nothing does."
    )


def test_every_action_of_a_list_leaves_an_entry(world: World, person: Client) -> None:
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_superuser=True)
    actions = [
        (model._meta.label_lower, action)
        for model, page in admin.site._registry.items()
        for action in page.get_actions(request)
    ]

    silent = [each for each in actions if not set(act(person, *each, world).actions) - {"tried"}]

    assert len(actions) > 20
    assert silent == []


def act(client: Client, label: str, action: str, world: World) -> Answer:
    """Choose a row of a list and an action, and confirm it."""
    with transaction.atomic():
        row = world.rows[label]
        target = make_targets(world).get(label, row)
        sent = {
            "action": action,
            "_selected_action": row.pk,
            "post": "yes",
            "confirmed": "1",
            "target": target.pk,
        }
        answer = ask(client, "POST", f"/admin/{label.replace('.', '/')}/", sent)
        transaction.set_rollback(True)
    return answer


def test_a_test_that_is_sent_is_told_as_such(world: World, person: Client) -> None:
    address = next(each for each in list_addresses() if each.name == "campaigns_campaign_test")

    assert try_out(person, address, "POST", world).actions == ("send_test",)
