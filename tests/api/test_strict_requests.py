"""What the management API does not know it refuses, and says what comes nearest."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from config.api import EXPORTS, SINGLES, router
from subscribers.api.strict import KnownQuery
from subscribers.models import Site
from tests import factories
from tests.api.problems import list_wrong
from tests.api.test_fuzz import list_doors

WHOLE = {"rule", "goal"}  # documents of the rule language, which checks its own fields


def list_places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a body there are objects whose fields the API knows."""
    if isinstance(value, dict):
        known = ((key, child) for key, child in value.items() if key not in WHOLE)
        return [place, *(inner for key, child in known for inner in list_places(child, (*place, key)))]
    if isinstance(value, list):
        return [inner for index, child in enumerate(value) for inner in list_places(child, (*place, index))]
    return []


def add_at(value: Any, place: tuple[Any, ...], name: str) -> Any:
    """The body with one more field in the object at this place."""
    if not place:
        return {**value, name: 1}
    inner = add_at(value[place[0]], place[1:], name)
    if isinstance(value, dict):
        return {**value, place[0]: inner}
    return [inner if index == place[0] else child for index, child in enumerate(value)]


def test_an_unknown_field_is_refused_wherever_it_stands(client: APIClient, site: Site) -> None:
    asked = 0
    for method, path, body in list_doors(site):
        for place in list_places(body):
            response = getattr(client, method)(f"/api/v1/{path}", add_at(body, place, "zzz"), format="json")

            assert response.status_code in {400, 409}, (path, place)
            if response.status_code == 400:
                where = "/".join(str(step) for step in (*place, "zzz"))
                assert "“zzz” is not known here" in str(list_wrong(response)[where]), (path, place)
                asked += 1
    assert asked > 20


def test_the_nearest_known_field_is_named(client: APIClient, site: Site) -> None:
    body = {"site": site.pk, "name": "Store", "latitude": 1, "longitude": 2, "longtitude": 3}

    response = client.post("/api/v1/places/", body)

    assert list_wrong(response) == {
        "longtitude": ["“longtitude” is not known here. Did you mean “longitude”?"]
    }


@pytest.mark.parametrize(
    ("address", "name", "words"),
    [
        ("subscribers/", "emial", "Did you mean “email”?"),
        ("campaigns/", "state", "Did you mean “status”?"),
        ("segments/overlap/", "id", "Did you mean “ids”?"),
        ("places/", "offset", "Known are: cursor, name, page_size, site."),
        ("sites/{site}/", "expand", "nothing is."),
        ("sites/{site}/sending-policy/", "expand", "nothing is."),
    ],
)
def test_an_unknown_filter_is_refused_with_the_nearest_one(
    client: APIClient, site: Site, address: str, name: str, words: str
) -> None:
    response = client.get(f"/api/v1/{address.format(site=site.pk)}", {name: "1"})

    assert response.status_code == 400
    assert words in list_wrong(response)[name][0]


def test_every_view_of_the_management_api_knows_its_parameters() -> None:
    views = [view for _, view, _ in router.registry]
    views += [route.callback.cls for route in (*SINGLES, *EXPORTS)]  # type: ignore[attr-defined]

    assert [view.__name__ for view in views if not issubclass(view, KnownQuery)] == []


def test_what_was_read_can_be_sent_back(client: APIClient, site: Site) -> None:
    campaign, segment = factories.make_campaign(site), factories.make_segment(site)
    for address in (f"campaigns/{campaign.pk}/", f"segments/{segment.pk}/", f"sites/{site.pk}/"):
        read = client.get(f"/api/v1/{address}").json()

        assert client.put(f"/api/v1/{address}", read, format="json").status_code == 200, address


def test_a_change_of_what_is_read_only_is_refused(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site)

    response = client.patch(f"/api/v1/campaigns/{campaign.pk}/", {"status": "running"})

    assert list_wrong(response) == {"status": ["This is read-only; leave it out."]}
