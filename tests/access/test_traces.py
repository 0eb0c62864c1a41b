"""Nothing that staff or a key changes goes without an entry in the audit log: every unsafe request that there is, tried."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client, RequestFactory

from access.keys import make_key
from campaigns.transports.memory import MemoryTransport
from tests import factories
from tests.access.addresses import Address, list_addresses
from tests.access.asking import Answer, ask
from tests.access.bodies import find_body
from tests.access.forms import read_form
from tests.access.preparing import PREPARE, make_targets
from tests.access.world import World, make_world
from tests.attacks.keys import ALL

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# What writes and leaves no entry, and why.
UNTOLD = {
    "api-track": "what backends report of visitors is its own record: the inbox, then the log of events",
}


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
    _, secret = make_key(site=world.site, name="All", scopes=ALL)
    return Client(headers={"authorization": f"Bearer {secret}"})


def list_unsafe() -> Iterator[tuple[Address, str]]:
    for address in list_addresses():
        if address.pattern.startswith("api/"):
            yield from ((address, method) for method in UNSAFE if method in (address.methods or UNSAFE))
        elif address.pattern.startswith("admin/"):
            yield address, "POST"


def try_out(client: Client, address: Address, method: str, world: World, **sent: Any) -> Answer:
    """With all that it takes to change something; afterwards everything is as before."""
    name = address.name or address.pattern
    with transaction.atomic():
        rows = PREPARE[name](world) if name in PREPARE else {}
        there = World(world.site, world.word, {**world.rows, **rows})
        path = address.fill(there)
        shown = read_form(ask(client, "GET", path).body) if path.startswith("/admin/") else None
        body = find_body(address, method, there)
        if shown is not None and (body is None or type(body) is dict):
            body = {**shown, **(body or {}), **sent}
        answer = ask(client, method, path, body)
        transaction.set_rollback(True)
    return answer


def test_every_unsafe_request_that_changes_something_leaves_an_entry(
    world: World, person: Client, program: Client
) -> None:
    silent: set[str] = set()
    for address, method in list_unsafe():
        asked = [person, program] if address.pattern.startswith("api/") else [person]
        answers = [try_out(client, address, method, world) for client in asked]
        name = address.name or address.pattern
        if any(answer.written and not answer.entries for answer in answers):
            silent.add(name)

    assert silent == set(UNTOLD)


def test_every_action_of_a_list_leaves_an_entry(world: World, person: Client) -> None:
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_superuser=True)
    actions = [
        (model._meta.label_lower, action)
        for model, page in admin.site._registry.items()
        for action in page.get_actions(request)
    ]

    silent = [each for each in actions if not act(person, *each, world).entries]

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
