"""Attributes at the management door: what another type would do, and what became of it."""

from rest_framework.test import APIClient

from subscribers.conversion import convert_attributes
from subscribers.models import Site
from tests import factories
from tests.factories import NOW

PAGE = "/api/v1/attributes/"


def test_a_type_is_changed_with_its_forecast_and_its_account(client: APIClient, site: Site) -> None:
    attribute = factories.make_attribute(site, "code")
    for value in ("5", "gold", "gold"):
        factories.make_subscriber(site, attributes={"code": value})
    address = f"{PAGE}{attribute.pk}/"

    forecast = client.get(f"{address}conversion-preview/", {"type": "number"}).json()
    assert forecast == {"people": 3, "is_all": True, "failing": 2, "examples": ["gold"]}

    changed = client.patch(address, {"type": "number", "description": "What for"}).json()
    assert (changed["type"], changed["description"], changed["guessed_from"]) == ("number", "What for", None)
    assert changed["conversion"]["finished_at"] is None
    convert_attributes(clock=lambda: NOW)

    account = client.get(address).json()["conversion"]
    assert (account["from_type"], account["converted"], account["kept_raw"]) == ("text", 1, 2)
    assert account["finished_at"]
    assert client.get(f"{address}refused/").json() == {
        "people": 2,
        "is_all": True,
        "failing": 2,
        "examples": ["gold"],
    }


def test_an_attribute_says_what_the_items_of_its_list_are(client: APIClient, site: Site) -> None:
    attribute = factories.make_attribute(site, "sizes", "list")
    person = factories.make_subscriber(site, attributes={"sizes": ["42", "43.5"]})

    assert (
        client.patch(f"{PAGE}{attribute.pk}/", {"element_type": "number"}).json()["element_type"] == "number"
    )
    convert_attributes(clock=lambda: NOW)

    person.refresh_from_db()
    assert person.attributes == {"sizes": [42, 43.5]}


def test_another_description_converts_nothing(client: APIClient, site: Site) -> None:
    attribute = factories.make_attribute(site, "code")

    assert client.patch(f"{PAGE}{attribute.pk}/", {"description": "New"}).json()["conversion"] is None


def test_no_such_type_is_refused_in_a_forecast(client: APIClient, site: Site) -> None:
    attribute = factories.make_attribute(site, "code")

    assert client.get(f"{PAGE}{attribute.pk}/conversion-preview/", {"type": "colour"}).status_code == 400
    assert client.get(f"{PAGE}{attribute.pk}/conversion-preview/").status_code == 400


def test_a_customer_is_found_however_the_id_is_spelled(client: APIClient, site: Site) -> None:
    factories.make_subscriber(site, external_id="José")

    found = client.get("/api/v1/subscribers/", {"external_id": " Jose\u0301"}).json()

    assert [person["external_id"] for person in found["results"]] == ["José"]
