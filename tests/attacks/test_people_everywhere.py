"""At every address there is: whoever is shown somebody leaves an entry of it, and is shown no more of them than they may see."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from access.models import AuditEntry
from subscribers.models import Subscriber
from tests import factories
from tests.access.addresses import list_addresses
from tests.access.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = ("zorilla-4711", "zorilla@mail.example")
PERSONAL = ("zorilla@mail.example", "zorilla-nick", "Zorillatown")
SHOWN_ANYWAY = ("admin/account/", "demo/", "sdk/", "v1/")


@pytest.fixture
def world() -> World:
    """The one person of a site is known by names that stand nowhere else, and by what is marked as personal."""
    world = make_world("okapi")
    world.site.personal_fields = ["email", "place"]
    world.site.save()
    factories.make_attribute(world.site, "nick")
    world.site.attributes.filter(key="nick").update(personal=True)
    Subscriber.objects.filter(pk=world.rows["subscribers.subscriber"].pk).update(
        external_id=NAMES[0], email=NAMES[1], city=PERSONAL[2], raw_values={"nick": PERSONAL[1]},
        attributes={"nick": PERSONAL[1], "okapi_tier": "gold"},
    )  # fmt: skip
    return world


def visit_all(user: User, world: World) -> Iterator[tuple[str, str, int]]:
    """Every address with what it shows, alone and asked about the person, and how many entries that left."""
    client, pk = Client(), world.rows["subscribers.subscriber"].pk
    client.force_login(user)
    asked = (f"?subscriber={pk}", f"?site={world.site.pk}&q=okapi", f"?site={world.site.pk}&subscriber={pk}")
    for address in list_addresses():
        if address.pattern.startswith(SHOWN_ANYWAY):
            continue
        for query in ("", *asked):
            path = address.fill(world) + query
            before = AuditEntry.objects.count()
            answer = client.get(path)
            streamed = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            if answer.status_code == 200:
                yield path, streamed.decode(errors="replace"), AuditEntry.objects.count() - before


def test_whoever_is_shown_somebody_leaves_one_entry(world: World) -> None:
    shown, silent = 0, []
    for path, page, entries in visit_all(factories.make_user(is_superuser=True), world):
        if any(name in page for name in NAMES):
            shown += 1
            if entries != 1:
                silent.append((path, entries))

    assert not silent, "\n".join(map(str, silent))
    assert shown > 20


@pytest.mark.parametrize("role", ["analyst"])
def test_nobody_is_shown_what_is_personal_unless_they_may_see_it(world: World, role: str) -> None:
    pages = list(visit_all(factories.make_user(memberships={world.site: role}), world))

    assert [(path, told) for path, page, _ in pages for told in PERSONAL if told in page] == []
    assert sum("zorilla-4711" in page for _, page, _ in pages) > 10


def test_the_log_itself_names_nobody(world: World) -> None:
    user = factories.make_user(is_superuser=True)
    for _ in visit_all(user, world):
        pass
    client = Client()
    client.force_login(user)

    for page in ("/admin/access/auditentry/", "/api/v1/audit/?page_size=100"):
        assert not any(name in client.get(page).content.decode() for name in (*NAMES, *PERSONAL))
    assert AuditEntry.objects.count() > 20
