"""The address that push services write to is one that all of them take."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from campaigns.hints import list_hints
from subscribers.contacts import find_contact_problem
from subscribers.models import Site
from tests import factories


@pytest.mark.parametrize(
    "address", ["push@shop.example", "o.ps+push@mail.shop.co.uk", "ops@größe.example", "a@b.museum"]
)
def test_an_address_that_anybody_can_write_to_is_fine(address: str) -> None:
    assert find_contact_problem(address) == ""


@pytest.mark.parametrize(
    "address",
    ["ops@localhost", "OPS@LocalHost", "ops@mail.localhost", "ops@intranet", "ops@printer.local", "ops@srv.internal", "ops@a.lan",
     "ops@[127.0.0.1]", "ops@127.0.0.1", "ops", "ops@", "@shop.example", "", "mailto:push@shop.example", "MAILTO:a@b.de",
     " push@shop.example", "push @shop.example", "ops@shop.", "ops@nas.home.arpa", "ops@x.invalid", "ops@.com"],
)  # fmt: skip
def test_an_address_that_apple_refuses_is_said_to_be_one(address: str) -> None:
    assert find_contact_problem(address)


@pytest.mark.parametrize("address", ["ops@localhost", "ops@intranet.local"])
def test_a_site_does_not_take_such_an_address(db: None, address: str) -> None:
    with pytest.raises(ValidationError, match="Apple"):
        Site(name="x", url="https://shop.example", contact_email=address).full_clean()


def test_the_api_says_so(db: None) -> None:
    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("root"))
    site = {"name": "Shop", "url": "https://shop.example", "contact_email": "ops@localhost"}
    response = client.post("/api/v1/sites/", site)
    assert response.status_code == 400
    assert "Apple" in response.content.decode()


def test_the_page_of_a_site_that_has_one_says_so(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("root"))
    site = factories.make_site(contact_email="ops@localhost")
    page = client.get(f"/admin/subscribers/site/{site.pk}/change/").content.decode()
    assert "Apple’s devices get nothing until it is changed" in page
    site = factories.make_site()
    page = client.get(f"/admin/subscribers/site/{site.pk}/change/").content.decode()
    assert "Apple’s devices" not in page


def test_a_campaign_of_such_a_site_says_so_before_it_is_launched(db: None) -> None:
    assert "ops@localhost" in " ".join(
        list_hints(factories.make_campaign(factories.make_site(contact_email="ops@localhost")))
    )
    assert list_hints(factories.make_campaign(factories.make_site())) == []
