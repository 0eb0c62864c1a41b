"""What one stranger can take away from others: requests, room, disks. Each of these succeeded once."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client, override_settings
from rest_framework.authtoken.models import Token

from subscribers.buckets import Bucket, Limit, take
from subscribers.models import Site
from tests import factories
from tests.brokers import use_broken_broker
from tracking.models import InboxItem
from tracking.room import room

NEXT_TO_NOTHING = 0.001  # a second: however slow the machine is, no bucket fills meanwhile
LIMITS = {
    "LIMIT_ADDRESS_PER_SECOND": NEXT_TO_NOTHING,
    "LIMIT_ADDRESS_BURST": 5,
    "LIMIT_SUBSCRIBER_PER_SECOND": NEXT_TO_NOTHING,
    "LIMIT_SUBSCRIBER_BURST": 3,
    "LIMIT_SITE_PER_SECOND": NEXT_TO_NOTHING,
    "LIMIT_SITE_BURST": 100,
    "LIMIT_API_PER_SECOND": NEXT_TO_NOTHING,
    "LIMIT_API_BURST": 4,
    "TRUSTED_PROXIES": 1,
}


@contextmanager
def limits(**changed: float) -> Iterator[None]:
    with override_settings(**{**LIMITS, **changed}):
        yield


def visit(site: Site, *, address: str = "198.51.100.1", browser: str = "", **body: Any) -> Any:
    page = {"id": str(uuid.uuid4()), "type": "page", "url": "https://shop.example/"}
    content = {
        "site_key": site.public_key,
        "subscriber": browser or str(uuid.uuid4()),
        "operations": [page],
        **body,
    }
    return Client().post(
        "/v1/track",
        json.dumps(content),
        content_type="application/json",
        headers={"X-Forwarded-For": address, "Origin": site.url},
    )


def count_taken(site: Site, number: int, **asked: Any) -> int:
    return sum(visit(site, **asked).status_code == 202 for _ in range(number))


def test_one_address_cannot_send_without_end(site: Site) -> None:
    with limits():
        assert count_taken(site, 8) == 5
        assert visit(site, address="198.51.100.2").status_code == 202


def test_who_is_refused_learns_when_to_come_again_from_a_page_too(site: Site) -> None:
    with limits():
        count_taken(site, 10)
        refused = visit(site)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert refused["Access-Control-Allow-Origin"] == site.url
    assert "Retry-After" in refused["Access-Control-Expose-Headers"]
    assert "Try again in" in refused.json()["error"]


def test_the_preflight_of_who_is_refused_still_tells_the_page_that_it_may_read_why(site: Site) -> None:
    with limits():
        count_taken(site, 8)
        asked = Client().options("/v1/track", headers={"X-Forwarded-For": "198.51.100.1", "Origin": site.url})
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == site.url


@pytest.mark.parametrize(
    "spell",
    [
        lambda number: f"2001:db8:1:2::{number:x}",  # of a /64 everybody has as many as they like
        lambda number: f"2001:DB8:0001:2:{number:x}:{number:x}:{number:x}:1",
        lambda number: f"[2001:db8:1:2::{number:x}]:{1000 + number}",
        lambda number: f"198.51.100.7:{1000 + number}",
        lambda number: f"::ffff:198.51.100.7%{number}" if number % 2 else "::ffff:c633:6407",
        lambda number: f"10.0.0.{number}, 198.51.100.7",  # what stands left of the trusted proxy's is hearsay
        lambda number: f"nonsense {number}",
    ],
)
def test_an_address_spelled_in_many_ways_is_one(site: Site, spell: Any) -> None:
    with limits():
        assert sum(visit(site, address=spell(number)).status_code == 202 for number in range(1, 9)) == 5


def test_neighbours_in_other_networks_are_others(site: Site) -> None:
    with limits():
        assert all(visit(site, address=f"2001:db8:1:{n:x}::1").status_code == 202 for n in range(7))


def test_what_a_client_says_of_its_address_counts_for_nothing_without_a_proxy(site: Site) -> None:
    with limits(TRUSTED_PROXIES=0):
        assert sum(visit(site, address=f"198.51.100.{n}").status_code == 202 for n in range(8)) == 5


def test_one_browser_cannot_send_without_end_from_many_addresses(site: Site) -> None:
    browser = uuid.uuid4()
    spellings = (str(browser), browser.hex, f"{{{browser}}}", str(browser).upper(), browser.urn)
    with limits():
        taken = [
            visit(site, address=f"203.0.113.{n}", browser=spellings[n % 5]).status_code for n in range(6)
        ]
        assert taken.count(202) == 3
        assert visit(site, address="203.0.113.99").status_code == 202


def test_a_site_is_not_flooded_at_another_ones_cost(site: Site) -> None:
    other = factories.make_site(name="Another", url="https://other.example")
    with limits(LIMIT_SITE_BURST=6):
        taken = [visit(site, address=f"203.0.113.{n}").status_code for n in range(9)]
        assert taken.count(202) == 6
        assert visit(other, address="203.0.113.250").status_code == 202


def test_who_is_refused_uses_up_nothing_of_the_sites_share(site: Site) -> None:
    with limits(LIMIT_SITE_BURST=9):
        count_taken(site, 12)
        assert all(visit(site, address=f"203.0.113.{n}").status_code == 202 for n in range(4))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/v1/track", b"{"),
        ("post", "/v1/track", b'{"site_key": "pk_nobodys", "subscriber": "x", "operations": []}'),
        ("post", "/v1/track", b'{"site_key": ["pk"], "subscriber": {"x": []}}'),
        ("options", "/v1/track", b""),
        ("put", "/v1/track", b"x"),
        ("get", "/v1/config?site_key=pk_nobodys", b""),
        ("options", "/v1/config", b""),
        ("post", "/v1/feedback", b"{}"),
        ("post", "/v1/feedback", b'{"token": "1.1.1:forged", "kind": "clicked"}'),
        ("options", "/v1/feedback", b""),
        ("get", "/admin/login/", b""),
        ("post", "/admin/login/", b"username=a&password=b"),
        ("get", "/admin/", b""),
        ("get", "/nowhere", b""),
        ("get", "/health/ready", b""),
        ("get", "/api/v1/sites/", b""),
        ("post", "/api/v1/track/", b"{}"),
        ("get", "/api/v1/schema/", b""),
        ("get", "/demo/", b""),
    ],
)
def test_no_open_door_can_be_asked_without_end(method: str, path: str, body: bytes) -> None:
    client = Client()
    asked: dict[str, Any] = {"content_type": "application/json"} if body else {}
    with limits():
        answers = [
            client.generic(method.upper(), path, body, **asked, headers={"X-Forwarded-For": "192.0.2.1"})
            for _ in range(7)
        ]
        elsewhere = client.generic(
            method.upper(), path, body, **asked, headers={"X-Forwarded-For": "192.0.2.2"}
        )
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1
    assert elsewhere.status_code != 429


@pytest.mark.django_db
@pytest.mark.parametrize("shown", ["Token {}", "Bearer ck_{}", "Basic {}"])
def test_keys_cannot_be_tried_out_without_end(shown: str) -> None:
    with limits():
        statuses = [ask_api(shown.format(uuid.uuid4().hex * 2)[:46]).status_code for _ in range(8)]
    assert statuses[0] in {401, 403}
    assert statuses[5:] == [429] * 3


@pytest.mark.django_db
def test_sessions_cannot_be_tried_out_without_end() -> None:
    with limits():
        statuses = []
        for _ in range(8):
            client = Client(headers={"X-Forwarded-For": "192.0.2.1"})
            client.cookies["sessionid"] = uuid.uuid4().hex
            statuses.append(client.get("/admin/").status_code)
    assert statuses[5:] == [429] * 3


@pytest.mark.django_db
def test_a_key_that_asks_too_often_is_told_how_much_is_left_and_then_refused() -> None:
    token = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    other = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    with limits():
        answers = [ask_api(f"Token {token}") for _ in range(7)]
        assert ask_api(f"Token {other}").status_code == 200
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    assert [answer["RateLimit-Remaining"] for answer in answers[:4]] == ["3", "2", "1", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"4"}
    assert answers[-1].status_code == 429
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert answers[-1].json()["code"] == "throttled"
    assert int(answers[-1]["Retry-After"]) >= 1


@pytest.mark.django_db
def test_a_key_that_is_good_goes_on_while_its_neighbour_tries_out_others() -> None:
    token = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    with limits(LIMIT_API_BURST=100):
        assert ask_api(f"Token {token}").status_code == 200
        for _ in range(7):
            ask_api("Token " + uuid.uuid4().hex)
        assert ask_api(f"Token {token}").status_code == 200


def ask_api(authorization: str) -> Any:
    headers = {"Authorization": authorization, "X-Forwarded-For": "192.0.2.1"}
    return Client().get("/api/v1/sites/", headers=headers)


@pytest.mark.parametrize("kind", ["silent", "refusing"])
def test_without_a_broker_all_doors_are_open_and_health_says_so(site: Site, kind: str) -> None:
    with use_broken_broker(kind), limits():
        assert count_taken(site, 7) == 7
        parts = Client().get("/health/ready").json()["parts"]
    assert parts["limits"]["status"] == "slow"
    assert "no limits" in parts["limits"]["detail"]


def test_one_request_asks_the_broker_once(site: Site) -> None:
    with limits(), patch("subscribers.buckets._run", side_effect=lambda buckets: [0, 0, 9, 9, 9]) as asked:
        assert visit(site).status_code == 202
    assert asked.call_count == 1
    assert [bucket.cost for bucket in asked.call_args.args[0]] == [1, 1, 1]


def test_a_bucket_fills_again_and_never_beyond_its_rim() -> None:
    bucket = Bucket(f"test {uuid.uuid4()}", Limit(1000, 5))
    answers = [take([bucket]).refused_by is None for _ in range(5)]
    assert all(answers)
    wide = Bucket(f"test {uuid.uuid4()}", Limit(0.01, 5))
    assert [take([wide]).refused_by is None for _ in range(7)] == [True] * 5 + [False] * 2
    assert 90 < take([wide]).wait <= 100


def test_nobody_becomes_a_crowd_in_one_request(site: Site) -> None:
    operations = [
        {"id": str(uuid.uuid4()), "type": "identify", "external_id": f"customer-{n}"} for n in range(9)
    ]
    operations.append({"id": str(uuid.uuid4()), "type": "event", "name": "seen"})
    answer = visit(site, operations=operations).json()

    assert answer["accepted"] == 6
    assert [each["id"] for each in answer["rejected"]] == [each["id"] for each in operations[5:9]]
    assert "at most 5" in answer["rejected"][0]["error"]


@pytest.mark.django_db
def test_an_inbox_that_nobody_empties_does_not_fill_the_disk(site: Site) -> None:
    token = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    operation = {"id": str(uuid.uuid4()), "type": "event", "name": "x", "external_id": "u-1"}
    with override_settings(INBOX_MAX_ROWS=10):
        statuses = []
        for _ in range(14):
            room.forget()
            statuses.append(visit(site).status_code)
        refused = visit(site)
        by_backend = Client().post(
            "/api/v1/track/",
            {"site": site.pk, "operations": [operation]},
            content_type="application/json",
            headers={"Authorization": f"Token {token}"},
        )
        assert statuses == [202] * 10 + [503] * 4
        assert InboxItem.objects.count() == 10
        assert int(refused["Retry-After"]) >= 1
        assert refused["Access-Control-Allow-Origin"] == site.url
        assert (by_backend.status_code, by_backend["Retry-After"]) == (503, refused["Retry-After"])
        InboxItem.objects.all()[:1].get().delete()
        room.forget()
        assert visit(site).status_code == 202


def test_the_inbox_is_not_counted_for_each_request(site: Site) -> None:
    visit(site)
    with patch("tracking.room._ask") as asked:
        count_taken(site, 3)
    assert not asked.called


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/admin/login/", "/admin/", "/nowhere", "/api/v1/sites/", "/admin/segments/segment/add/", "/"]
)
@pytest.mark.parametrize("media_type", ["multipart/form-data; boundary=x", "application/json", "text/plain"])
def test_a_large_body_is_refused_before_any_of_it_is_read(path: str, media_type: str) -> None:
    size = 157 * 2**20
    body = _Untouched()
    environ: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": str(size), "CONTENT_TYPE": media_type}
    answer = Client().generic("POST", path, b"x", **environ)

    assert answer.status_code == 413
    assert body.read_bytes == 0


class _Untouched:
    """A body of which somebody counts what is read."""

    read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        self.read_bytes += max(size, 1)
        return b"a" * max(size, 1)

    readline = read


@pytest.mark.django_db
def test_whoever_is_logged_in_still_brings_large_files() -> None:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True, is_staff=True))
    path = "/admin/segments/segment/upload/"
    large = b"--x\r\n" + b"a" * 3_000_000
    status = client.generic("POST", path, large, content_type="multipart/form-data; boundary=x").status_code
    assert status != 413
    assert Client().generic("POST", path, large, content_type="text/plain").status_code == 413


@pytest.mark.django_db
def test_what_takes_long_to_make_is_made_once() -> None:
    Client().get("/api/v1/schema/?format=json")
    with patch("drf_spectacular.views.SpectacularAPIView.generator_class.get_schema") as made:
        answers = [Client().get(f"/api/v1/schema/?format=json&version={n}&lang=de") for n in range(3)]
    assert not made.called
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json()["openapi"] == "3.1.1"
