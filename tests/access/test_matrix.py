"""Identities × addresses × methods, out of the URL configuration: a new page is in here by itself, or fails the first test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import get_resolver
from rest_framework.generics import GenericAPIView

from access.admin import OwnSitesAdmin
from access.api import OwnSites
from access.scoping import find_site_path
from tests.access.addresses import Address, list_addresses
from tests.access.asking import Answer, ask
from tests.access.bodies import find_body
from tests.access.identities import ELSEWHERE, IDENTITIES, NOWHERE, Identity, is_welcome
from tests.access.needs import find_needs
from tests.access.world import World, make_world
from tests.chance import draw_chance

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WORD = "quagga"  # in all texts of the site that the addresses are about


@pytest.fixture
def world(db: None, settings: Any) -> World:
    for name in ("ADDRESS", "SITE", "API"):
        setattr(settings, f"LIMIT_{name}_PER_SECOND", 10**6)
        setattr(settings, f"LIMIT_{name}_BURST", 10**6)
    return make_world(WORD)


def list_requests() -> Iterator[tuple[Address, str]]:
    """Of the admin GET and POST: it takes any other method for one of these."""
    for address in list_addresses():
        for method in METHODS if address.pattern.startswith("api/") else METHODS[:2]:
            yield address, method


# Whoever changes their own password writes their own row, and how often it was guessed.
OWN_LOGIN = {"auth_user", "signin_failedlogin"}


def find_fault(identity: Identity, address: Address, method: str, answer: Answer) -> str:
    """What is wrong with an answer; nothing: empty."""
    is_outside = identity.where in (NOWHERE, ELSEWHERE)
    welcome = is_welcome(identity, address, method)
    if is_outside and (WORD in answer.body or WORD in answer.location):
        return "is told of the site"
    written = answer.written - (OWN_LOGIN if address.pattern.startswith("admin/account/password/") else set())
    if written and (is_outside or welcome is False):
        return f"writes {', '.join(sorted(written))}"
    if welcome is False and not answer.is_refused:
        return "is let in"
    if welcome and answer.is_refused and not (answer.status == 405 and not address.methods):
        return "is turned away"
    return ""


def ask_all(world: World, requests: list[tuple[Identity, Address, str]]) -> list[str]:
    elsewhere = make_world("okapi").site
    clients: dict[Identity, Any] = {}
    faults = []
    for identity, address, method in requests:
        if identity not in clients:
            clients[identity] = identity.log_in(world.site, elsewhere)
        path = address.fill(world)
        answer = ask(clients[identity], method, path, find_body(address, method, world))
        fault = find_fault(identity, address, method, answer)
        if fault:
            faults.append(f"{identity} {fault}: {method} {path} {answer.status}")
    return faults


def test_of_every_address_it_is_said_what_it_takes() -> None:
    for address in list_addresses():
        for method in METHODS:
            find_needs(address, method)


def test_everything_that_belongs_to_a_site_stands_on_the_base_that_keeps_sites_apart() -> None:
    loose = []
    for model, page in admin.site._registry.items():
        try:
            find_site_path(model)
        except LookupError:
            continue
        loose += [] if isinstance(page, OwnSitesAdmin) else [model._meta.label]
    for pattern in _list_views(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, GenericAPIView) and not issubclass(view, OwnSites):
            loose.append(view.__name__)

    assert loose == []


def _list_views(patterns: list) -> list:  # type: ignore[type-arg]
    found = []
    for each in patterns:
        found += _list_views(each.url_patterns) if hasattr(each, "url_patterns") else [each]
    return found


def test_of_each_kind_of_identity_one_meets_what_is_theirs_and_nothing_else(world: World) -> None:
    """For every day: of those who are to get the same answer from an address, one, drawn anew in each run."""
    assert "\n".join(ask_all(world, draw_requests())) == ""


def draw_requests() -> list[tuple[Identity, Address, str]]:
    groups: dict[Any, list[tuple[Identity, Address, str]]] = {}
    for address, method in list_requests():
        if address.methods and method not in address.methods:
            continue
        for identity in IDENTITIES:
            welcome = is_welcome(identity, address, method)
            is_outside = identity.where in (NOWHERE, ELSEWHERE)
            if welcome is None and not is_outside:
                continue
            # Pages take their time, and are the same for all who may see them; refusals are tried with each method.
            kind = (address, welcome, is_outside, welcome is False and method)
            groups.setdefault(kind, []).append((identity, address, method))
    dice = draw_chance("matrix")
    return [dice.choice(group) for group in groups.values()]


@pytest.mark.slow
@pytest.mark.parametrize("identity", IDENTITIES, ids=str)
def test_everybody_meets_what_is_theirs_and_nothing_else(identity: Identity, world: World) -> None:
    faults = ask_all(world, [(identity, address, method) for address, method in list_requests()])

    assert "\n".join(faults) == ""
