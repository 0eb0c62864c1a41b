"""The home page says when a site has nearly no room for more names."""

import pytest
from django.test import Client

from config import limits
from config.limits import list_limits
from subscribers.models import Site
from tests import factories


@pytest.mark.parametrize(("taken", "is_said"), [(8, False), (9, True), (10, True)])
def test_it_is_said_when_nearly_all_names_are_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch, taken: int, is_said: bool
) -> None:
    monkeypatch.setattr(limits, "DEFINITIONS_PER_SITE", 10)
    for number in range(taken):
        factories.make_attribute(site, f"key {number}")

    said = list_limits([site])

    assert [
        sentence.startswith(f"{site.name} has {taken} of the 10 names of attributes") for sentence in said
    ] == [True] * is_said


def test_what_found_no_room_is_named_on_the_home_page(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DEFINITIONS_PER_SITE", 1)
    factories.make_attribute(site, "tier")
    factories.make_subscriber(site, raw_values={"shoe_size": 42})
    client.force_login(factories.make_user(is_superuser=True))

    page = client.get("/admin/").content.decode()

    assert "There was no room for “shoe_size”" in page
