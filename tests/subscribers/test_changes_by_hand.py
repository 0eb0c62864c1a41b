"""What staff change in the admin, and programs through the API, is noted like what visitors do."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from subscribers.models import Attribute, Site, Subscriber
from tests.factories import make_attribute, make_subscriber, make_user
from tests.subscribers.noting import forget_noted, read_noted

PEOPLE = "/admin/subscribers/subscriber/"
PROFILE = {"email": "", "country": "DE", "region": "", "city": "", "timezone": "", "language": ""}


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(make_user(is_superuser=True))
    return client


@pytest.fixture
def api(db: None) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(is_superuser=True))
    return client


@pytest.fixture
def person(site: Site) -> Subscriber:
    person = make_subscriber(site, country="DE")
    forget_noted()
    return person


@pytest.fixture
def attribute(site: Site) -> Attribute:
    return make_attribute(site, "tier")


def post(client: Client, address: str, values: dict[str, Any]) -> None:
    response = client.post(address, values)
    assert response.status_code == 302, response.content.decode()


# --- Subscribers -------------------------------------------------------------------


def test_a_profile_corrected_in_the_admin_is_noted_field_by_field(admin: Client, person: Subscriber) -> None:
    post(admin, f"{PEOPLE}{person.pk}/change/", {**PROFILE, "country": "FR", "city": "Lyon"})

    assert read_noted(person.site) == {"profile:country": {person.pk}, "profile:city": {person.pk}}


def test_a_field_taken_back_in_the_admin_is_taken_back_from_attributes_too(admin: Client, site: Site) -> None:
    person = make_subscriber(
        site, email="ann@shop.example", attributes={"email": "ann@shop.example", "tier": "gold"}
    )
    forget_noted()

    post(admin, f"{PEOPLE}{person.pk}/change/", {**PROFILE, "country": ""})

    person.refresh_from_db()
    assert (person.email, person.attributes) == ("", {"tier": "gold"})
    assert read_noted(site) == {"profile:email": {person.pk}, "attribute:email": {person.pk}}


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "no address"), ("country", "ZZ"), ("timezone", "Mars/Olympus"), ("language", "!")],
)
def test_what_is_no_value_of_a_field_is_refused_in_the_admin(
    admin: Client, person: Subscriber, field: str, value: str
) -> None:
    page = admin.post(f"{PEOPLE}{person.pk}/change/", {**PROFILE, field: value}).content.decode()

    assert "This needs " in page
    person.refresh_from_db()
    assert getattr(person, field) != value


def test_a_profile_saved_as_it_was_is_not_noted(admin: Client, person: Subscriber) -> None:
    post(admin, f"{PEOPLE}{person.pk}/change/", PROFILE)

    assert read_noted(person.site) == {}


def test_somebody_deleted_in_the_admin_is_noted(admin: Client, person: Subscriber) -> None:
    pk = person.pk
    post(admin, f"{PEOPLE}{pk}/delete/", {"post": "yes"})

    assert not Subscriber.objects.exists()
    assert read_noted(person.site) == {"person": {pk}}


def test_people_deleted_as_chosen_in_the_list_are_noted(admin: Client, person: Subscriber) -> None:
    chosen = [person.pk, make_subscriber(person.site).pk]
    forget_noted()
    post(admin, PEOPLE, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})

    assert not Subscriber.objects.exists()
    assert read_noted(person.site) == {"person": set(chosen)}


# --- What concerns everybody -----------------------------------------------------------


def test_another_type_of_an_attribute_concerns_everybody(admin: Client, attribute: Attribute) -> None:
    address = f"/admin/subscribers/attribute/{attribute.pk}/change/"
    post(admin, address, {"type": "number", "description": ""})

    assert read_noted(attribute.site) == {"attribute:tier": None}


def test_another_description_of_an_attribute_concerns_nobody(admin: Client, attribute: Attribute) -> None:
    address = f"/admin/subscribers/attribute/{attribute.pk}/change/"
    post(admin, address, {"type": "text", "description": "Level of the loyalty programme"})

    assert read_noted(attribute.site) == {}


def test_another_type_of_an_attribute_through_the_api_concerns_everybody(
    api: APIClient, attribute: Attribute
) -> None:
    assert api.patch(f"/api/v1/attributes/{attribute.pk}/", {"type": "number"}).status_code == 200

    assert read_noted(attribute.site) == {"attribute:tier": None}


def test_another_description_through_the_api_concerns_nobody(api: APIClient, attribute: Attribute) -> None:
    assert api.patch(f"/api/v1/attributes/{attribute.pk}/", {"description": "Level"}).status_code == 200

    assert read_noted(attribute.site) == {}


def fill_site(site: Site, **values: Any) -> dict[str, Any]:
    return {
        "name": site.name, "url": site.url, "contact_email": site.contact_email, "timezone": site.timezone,
        "allowed_origins": "", **values,
    }  # fmt: skip


def test_another_time_zone_of_the_site_concerns_everybody(admin: Client, site: Site) -> None:
    address = f"/admin/subscribers/site/{site.pk}/change/"
    post(admin, address, fill_site(site, timezone="Asia/Tokyo"))

    assert read_noted(site) == {"zone": None}


def test_another_name_of_the_site_concerns_nobody(admin: Client, site: Site) -> None:
    post(admin, f"/admin/subscribers/site/{site.pk}/change/", fill_site(site, name="Shoes"))

    assert read_noted(site) == {}


def test_another_time_zone_through_the_api_concerns_everybody(api: APIClient, site: Site) -> None:
    assert api.patch(f"/api/v1/sites/{site.pk}/", {"timezone": "Asia/Tokyo"}).status_code == 200

    assert read_noted(site) == {"zone": None}


def test_another_name_through_the_api_concerns_nobody(api: APIClient, site: Site) -> None:
    assert api.patch(f"/api/v1/sites/{site.pk}/", {"name": "Shoes"}).status_code == 200

    assert read_noted(site) == {}
