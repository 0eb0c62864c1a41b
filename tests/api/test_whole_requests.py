"""A request is heeded in all it says, or refused: nothing of it is lost in silence."""

import gzip
import io
import json
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient
from rest_framework.validators import UniqueTogetherValidator

from config.utf8 import UTF8Request
from config.wsgi import application
from subscribers.api.parsers import CleanJSONParser
from subscribers.models import Place, Site
from tests import factories
from tests.api.problems import list_wrong
from tests.api.test_fuzz import list_doors

JSON = "application/json"


@pytest.fixture
def place(site: Site) -> str:
    return f"/api/v1/places/{factories.make_place(site, name='Store').pk}/"


def patch(client: Any, address: str, body: bytes, kind: str = JSON, **headers: str) -> Any:
    return client.generic("PATCH", address, body, content_type=kind, headers=headers)


def test_an_empty_body_changes_nothing_and_says_so(client: Any, place: str) -> None:
    for method in ("PATCH", "PUT"):
        response = client.generic(method, place, b"", content_type=JSON)
        assert (response.status_code, response.json()["code"]) == (400, "parse_error")
        assert "The body is empty" in response.json()["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_in_pieces_is_asked_for_in_one(client: APIClient, place: str, method: str) -> None:
    address = "/api/v1/places/" if method == "POST" else place
    response = client.generic(method, address, headers={"transfer-encoding": "chunked"})

    assert (response.status_code, response.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "A", "name": "B"}',
        b'{"name": "A", "n\\u0061me": "A"}',
        b'{"name": {"a": [{"b": 1, "b": 2}]}}',
    ],
)
def test_a_name_that_stands_twice_is_refused(client: APIClient, place: str, body: bytes) -> None:
    response = patch(client, place, body)

    assert response.status_code == 400
    assert "stands twice" in response.json()["detail"]


CLEAN = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.recursive(st.integers() | CLEAN, lambda inner: st.lists(inner) | st.dictionaries(CLEAN, inner)))
def test_clean_json_is_read_as_it_was_written(document: Any) -> None:
    assert CleanJSONParser().parse(io.BytesIO(json.dumps(document).encode()), JSON) == document


def test_a_byte_order_mark_is_passed_over(client: APIClient, place: str) -> None:
    assert patch(client, place, b'\xef\xbb\xbf{"name": "B"}').json()["name"] == "B"


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "hex", "rot13", "idna", "utf-7", "nonsense"])
def test_json_in_another_charset_is_refused(client: APIClient, place: str, charset: str) -> None:
    response = patch(client, place, '{"name": "Café"}'.encode("latin-1"), f"{JSON}; charset={charset}")

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "utf8"])
def test_json_in_utf8_is_read_whoever_says_so(client: APIClient, place: str, charset: str) -> None:
    response = patch(client, place, '{"name": "Café"}'.encode(), f"{JSON}; charset={charset}")

    assert response.json()["name"] == "Café"


@pytest.mark.parametrize("charset", ["hex", "zip", "undefined", "rot13", "utf-16", "idna", "latin-1"])
@pytest.mark.parametrize(
    "address", ["/v1/track", "/api/v1/places/", "/admin/login/", "/nonsense/", "/api/v1/nonsense/"]
)
def test_an_address_is_read_in_utf8_whatever_the_charset_of_the_body(
    db: None, address: str, charset: str
) -> None:
    environ: dict[str, Any] = {"PATH_INFO": address, "QUERY_STRING": "name=%C3%A4"}
    setup_testing_defaults(environ)
    environ["CONTENT_TYPE"] = f"{JSON}; charset={charset}"
    answered = []

    def start(status: str, *_: Any) -> Any:
        answered.append(status)

    application(environ, start)

    assert answered[0] < "500"
    assert UTF8Request(environ).GET["name"] == "ä"


def test_a_packed_body_is_refused_in_words(client: APIClient, place: str) -> None:
    response = patch(client, place, gzip.compress(b"{}"), **{"content-encoding": "gzip"})

    assert response.status_code == 415
    assert "without a Content-Encoding" in response.json()["detail"]


def test_a_body_that_is_too_large_is_answered_413(client: APIClient, place: str) -> None:
    response = patch(client, place, b'{"name": "' + b"x" * 3_000_000 + b'"}')

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("step", ["launch", "pause", "resume", "cancel"])
def test_a_step_of_a_campaign_takes_no_wishes(client: APIClient, site: Site, step: str) -> None:
    campaign = factories.make_campaign(site)
    response = client.post(f"/api/v1/campaigns/{campaign.pk}/{step}/", {"send_at": "2030-01-01T00:00:00Z"})

    assert set(list_wrong(response)) == {"send_at"}
    address = f"/api/v1/campaigns/{campaign.pk}/{step}/"
    assert client.post(address, {"send_at": "x"}, format="multipart").status_code in {400, 415}
    campaign.refresh_from_db()
    assert campaign.status == "draft"
    assert client.post(f"/api/v1/campaigns/{campaign.pk}/{step}/", {}).status_code in {200, 409}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("site={site}&site=999", "site"), ("page_size=2&page_size=2", "page_size"), ("site=", "site"), ("name=", "name"),
        ("cursor=", "cursor"), ("page_size=501", ""), ("page_size=0", ""),
    ],
)  # fmt: skip
def test_a_parameter_that_would_not_be_heeded_is_refused(
    client: APIClient, site: Site, query: str, name: str
) -> None:
    response = client.get(f"/api/v1/places/?{query.format(site=site.pk)}")

    assert response.status_code == 400
    if name:
        assert set(list_wrong(response)) == {name}


def test_a_filter_that_is_empty_never_shows_everybody(client: APIClient, site: Site) -> None:
    factories.make_subscriber(site)
    for name in ("external_id", "email", "country", "uuid", "seen_since", "site"):
        assert client.get(f"/api/v1/subscribers/?{name}=").status_code == 400, name


@pytest.mark.parametrize("spelling", ["+{}", "%20{}", "{}%0a", "{}.0", "{}_0", "arabic"])
def test_one_thing_has_one_address(client: APIClient, site: Site, spelling: str) -> None:
    keys = {
        "places": factories.make_place(site).pk, "segments": factories.make_segment(site).pk, "sites": site.pk,
        "subscribers": factories.make_subscriber(site).pk, "campaigns": factories.make_campaign(site).pk,
    }  # fmt: skip
    for name, key in keys.items():
        arabic = "".join(chr(0x660 + int(digit)) for digit in str(key))
        address = arabic if spelling == "arabic" else spelling.format(key)
        assert client.get(f"/api/v1/{name}/{address}/").status_code == 404, name


def test_an_id_is_never_rounded(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)
    for half in (site.pk + 0.5, f"{site.pk}_0", f" {site.pk}", f"{site.pk}.0", "١"):
        body = {"site": half, "name": "Store", "latitude": 1, "longitude": 2}
        assert set(list_wrong(client.post("/api/v1/places/", body))) == {"site"}, half
    response = client.post(
        "/api/v1/campaigns/",
        {"site": site.pk, "name": "A", "title": "B", "include_segments": [segment.pk + 0.5]},
    )
    assert {place.split("/")[0] for place in list_wrong(response)} == {"include_segments"}
    assert client.post("/api/v1/segments/preview/", {"site": site.pk + 0.5, "rule": None}).status_code == 400
    for whole in (site.pk, float(site.pk), str(site.pk)):
        body = {"site": whole, "name": f"Store {type(whole)}", "latitude": 1, "longitude": 2}
        assert client.post("/api/v1/places/", body).status_code == 201, whole


@pytest.mark.parametrize("token", ["\0", "a\0b", "\x7f", "é"])
def test_a_token_that_cannot_be_one_is_refused(db: None, token: str) -> None:
    for address in ("/api/v1/places/", "/api/v1/track/"):
        response = APIClient().get(address, headers={"authorization": f"Token {token}"})
        assert response.status_code == 401


def test_an_error_is_json_where_the_answer_would_not_be(client: APIClient) -> None:
    response = client.get("/api/v1/schema/", headers={"accept": "text/html"})

    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_what_has_no_etag_matches_none(client: APIClient, site: Site) -> None:
    for method, path, body in list_doors(site):
        if path.startswith("campaigns/"):
            continue
        response = client.generic(
            method.upper(),
            f"/api/v1/{path}",
            json.dumps(body),
            content_type=JSON,
            headers={"if-match": '"a"'},
        )
        assert (response.status_code, response.json()["code"]) == (412, "precondition_failed"), path
    place = factories.make_place(site, name="Kiosk")
    headers = {"if-match": "*"}
    assert client.delete(f"/api/v1/places/{place.pk}/", headers=headers).status_code == 204


@pytest.mark.parametrize("step", ["launch", "pause", "resume", "cancel"])
def test_every_step_of_a_campaign_keeps_to_if_match(client: APIClient, site: Site, step: str) -> None:
    address = f"/api/v1/campaigns/{factories.make_campaign(site, status='scheduled').pk}/{step}/"

    assert client.post(address, headers={"if-match": '"other"'}).status_code == 412


def test_whoever_changes_a_thing_is_alone_with_it(client: APIClient, site: Site) -> None:
    """Two changes of different fields at once would undo each other: saving writes all columns."""
    seen = 0
    for method, path, body in list_doors(site):
        if method not in {"patch", "put"}:
            continue
        with CaptureQueriesContext(
            connection,
        ) as queries:
            getattr(client, method)(f"/api/v1/{path}", body, format="json")
        assert any(" FOR " in query["sql"] and "UPDATE" in query["sql"] for query in queries), path
        seen += 1
    assert seen >= 7


def test_the_same_name_at_the_same_instant_is_a_conflict(
    client: APIClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when both have looked before either has written."""
    factories.make_place(site, name="Store")
    monkeypatch.setattr(UniqueTogetherValidator, "__call__", lambda *_: None)
    with transaction.atomic():
        response = client.post(
            "/api/v1/places/", {"site": site.pk, "name": "Store", "latitude": 1, "longitude": 2}
        )
        transaction.set_rollback(True)

    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert Place.objects.count() == 1
