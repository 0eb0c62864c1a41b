"""Roles × addresses × sites, out of the URL configuration: a new page is in here by itself, or fails the first test."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from rest_framework.generics import GenericAPIView

from access.admin import OwnSitesAdmin
from access.api import OwnSites
from access.scoping import find_site_path
from tests import factories
from tests.access.addresses import Address, list_addresses
from tests.access.needs import POSTED, PUBLIC, STAFF, find_needs
from tests.access.world import World, make_member, make_world

pytestmark = pytest.mark.django_db
ROLES = ("marketer", "analyst", "operator")
REFUSED = {401, 403, 404, 405}
WORD = "quagga"


class UndoneError(Exception):
    """Takes back what a request did, before the next one."""


def ask(client: Client, method: str, path: str) -> tuple[int, str, HttpResponseBase]:
    """Status, body and answer; what the request changed is taken back."""
    try:
        with transaction.atomic():
            answer = client.generic(method, path, "{}", content_type="application/json")
            streamed = getattr(answer, "streaming", False)
            body = b"".join(answer) if streamed else answer.content
            raise UndoneError
    except UndoneError:
        return answer.status_code, body.decode(errors="replace"), answer


def log_in(user: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user)
    return client


def list_asked() -> list[Address]:
    """All but the one that would end the log-in with which the others are asked."""
    return [address for address in list_addresses() if "logout" not in address.pattern]


def is_allowed(user: User, address: Address, world: World) -> bool:
    needs = find_needs(address.pattern, address.name)
    if needs in (PUBLIC, STAFF):
        return True
    if needs == "nobody":
        return False
    row = world.site if address.is_about_a_row else None
    return all(user.has_perm(each, row) for each in ([needs] if isinstance(needs, str) else needs))


@pytest.fixture
def world(db: None) -> World:
    return make_world(WORD)


def test_of_every_address_it_is_said_what_it_takes(world: World) -> None:
    for address in list_addresses():
        address.fill(world)
        find_needs(address.pattern, address.name)


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


@pytest.mark.parametrize("role", ROLES)
def test_a_member_of_another_site_meets_nothing_of_this_one(role: str, world: World) -> None:
    client = log_in(make_member(make_world("okapi"), role))
    told = []
    for address in list_asked():
        path = address.fill(world)
        methods = ("GET", "POST", "PUT", "PATCH", "DELETE") if address.is_about_a_row else ("GET", "POST")
        for method in methods:
            status, body, answer = ask(client, method, path)
            leaks = WORD in body or WORD in answer.get("Location", "")
            about = address.is_about_a_row and not _leads_on(address)
            if leaks or status == 500 or (about and status not in REFUSED):
                told.append((method, path, status, leaks))

    assert told == []
    assert client.get("/admin/").status_code == 200  # and was logged in all the time


def _leads_on(address: Address) -> bool:
    """From /7/ to /7/change/, whatever there is."""
    return address.pattern.endswith("/<path:object_id>/") and not address.name


@pytest.mark.parametrize("role", [*ROLES, "everywhere", "administrator"])
def test_each_role_opens_what_is_its_job_and_nothing_else(role: str, world: World) -> None:
    user = (
        factories.make_user(is_superuser=True)
        if role == "administrator"
        else factories.make_user("marketer")
        if role == "everywhere"
        else make_member(world, role)
    )
    client = log_in(user)
    wrong = []
    for address in list_addresses():
        if address.name in POSTED or (address.methods and "GET" not in address.methods):
            continue
        path = address.fill(world)
        status, _, _ = ask(client, "GET", path)
        opens = status not in {401, 403}
        if status == 404 and not address.name.endswith(("_launch", "_discard")):
            opens = False
        if status != 405 and _counts(address, world) and opens is not is_allowed(user, address, world):
            wrong.append((path, status))

    assert wrong == []


def _counts(address: Address, world: World) -> bool:
    """Whether a GET tells: not of the jobs, log-ins and groups, whose pages are Django's own and the administrator's."""
    return _has_row(address, world) and find_needs(address.pattern, address.name) not in (PUBLIC, STAFF)


def _has_row(address: Address, world: World) -> bool:
    if "object_id" not in address.parts:
        return True
    app, model = address.pattern.split("/")[1:3]
    return f"{app}.{model}" in world.rows


@pytest.mark.parametrize("who", ["a stranger", "somebody without a role"])
def test_who_has_no_role_meets_nothing(who: str, world: World) -> None:
    client = log_in(None if who == "a stranger" else factories.make_user())
    told = []
    for address in list_asked():
        for method in ("GET", "POST"):
            status, body, answer = ask(client, method, address.fill(world))
            login = status == 302 and "/admin/login/" in answer.get("Location", "")
            refused = status in REFUSED or login or not address.is_about_a_row or _leads_on(address)
            if WORD in body or status == 500 or not refused:
                told.append((method, address.pattern, status))

    assert told == []
