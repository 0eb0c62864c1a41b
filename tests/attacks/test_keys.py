"""What whoever finds a key, or has one of another site, must not be able to do."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.urls import get_resolver
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from access.models import ApiKey, Scope
from access.scopes import PERMISSIONS, TOGETHER
from subscribers.models import Site, Subscriber
from tests import factories
from tests.attacks.keys import ALL, connect
from tracking.models import InboxItem

TRACK = "/api/v1/track/"


def purchase(**body: Any) -> dict[str, Any]:
    operation = {
        "id": str(uuid.uuid4()),
        "type": "event",
        "external_id": "u-42",
        "name": "purchase",
        "properties": {"value": 10},
    }
    return {"operations": [operation], **body}


def list_api() -> list[tuple[str, str]]:
    """Every method and address of the management API, with 1 for whatever it names."""
    found = []
    for entry in get_resolver().url_patterns:
        if str(entry.pattern) != "api/v1/":
            continue
        for view in entry.url_patterns:  # type: ignore[union-attr]
            actions = getattr(view.callback, "actions", None) or {}
            path = str(view.pattern).removeprefix("^").removesuffix("$")
            for group in ("pk", "subscriber_id", "segment_id", "campaign_id", "number", "subscriber"):
                for pattern in ("[0-9]{1,18}", "[0-9]{1,9}", "[0-9]+"):
                    path = path.replace(f"(?P<{group}>{pattern})", "1")
                path = path.replace(f"<int:{group}>", "1")
            found += [(method, f"/api/v1/{path.replace('<int:site_id>', '1')}") for method in actions]
    return found


def test_a_key_for_ingestion_takes_operations_of_its_site_without_being_told_which_it_is(site: Site) -> None:
    client = connect(site, "ingest")
    for named in ({}, {"site": site.pk}, {"site": str(site.pk)}, {"site": site.public_key}):
        assert client.post(TRACK, purchase(**named)).status_code == 202
    assert set(InboxItem.objects.values_list("site", flat=True)) == {site.pk}


@pytest.mark.parametrize(("method", "path"), list_api())
def test_a_key_for_ingestion_can_do_nothing_else(site: Site, method: str, path: str) -> None:
    client = connect(site, "ingest")
    client.raise_request_exception = False
    assert getattr(client, method)(path).status_code in (403, 404)


@pytest.mark.parametrize("scope", sorted(set(ALL) - {"ingest"}))
def test_a_key_without_that_scope_ingests_nothing(site: Site, scope: str) -> None:
    assert connect(site, scope).post(TRACK, purchase()).status_code == 403
    assert not InboxItem.objects.exists()


def test_a_key_writes_nothing_into_another_site_through_the_track_door(site: Site) -> None:
    other = factories.make_site()
    client = connect(site, *ALL)
    for named in (
        other.pk,
        str(other.pk),
        other.public_key,
        f"0{other.pk}",
        0,
        True,
        [other.pk],
        {"id": other.pk},
        "",
        10**30,
    ):
        assert client.post(TRACK, purchase(site=named)).status_code in (400, 403), named
    assert not InboxItem.objects.exists()


def test_a_key_is_shown_no_people_without_that_scope(site: Site) -> None:
    alice = factories.make_subscriber(site, external_id="u-42", email="alice@example.com")
    segment, campaign = factories.make_segment(site), factories.make_campaign(site)
    client = connect(site, "read", "write", "launch")
    for path in (
        *("subscribers/", f"subscribers/{alice.pk}/", f"subscribers/{alice.pk}/events/"),
        *(
            f"subscribers/{alice.pk}/segments/",
            f"segments/{segment.pk}/members/",
            f"segments/{segment.pk}/members.csv",
        ),
        *(f"segments/{segment.pk}/history/", f"segments/{segment.pk}/explain/?subscriber={alice.pk}"),
        *(f"campaigns/{campaign.pk}/deliveries/", f"campaigns/{campaign.pk}/report.csv"),
        f"campaigns/{campaign.pk}/dry-run/people/",
    ):
        assert client.get(f"/api/v1/{path}").status_code == 403, path
    preview = client.post("/api/v1/segments/preview/", {"site": site.pk, "rule": factories.EVERYONE})
    assert (preview.status_code, preview.json()["count"], preview.json()["sample"]) == (200, 1, [])
    shown = connect(site, "read", "people", name="B").post(
        "/api/v1/segments/preview/", {"site": site.pk, "rule": factories.EVERYONE}
    )
    assert shown.json()["sample"][0]["id"] == alice.pk


def test_a_key_is_refused_once_it_is_revoked_expired_or_misspelt(site: Site) -> None:
    client = connect(site, "read")
    assert client.get("/api/v1/segments/").status_code == 200
    ApiKey.objects.update(revoked_at=dt.datetime.now(dt.UTC))
    refused = client.get("/api/v1/segments/")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    assert connect(site, "read", name="B", expires_at=past).get("/api/v1/segments/").status_code == 401
    for header in (
        "Bearer",
        "Bearer ",
        "Bearer ck_",
        "Bearer ck_" + "a" * 43,
        "Bearer x y z",
        "bearer \x7f",
        "Bearer ck_ü",
    ):
        client.credentials(HTTP_AUTHORIZATION=header)
        assert client.get("/api/v1/segments/").status_code == 401, header


def test_a_key_is_no_person_in_the_admin(site: Site) -> None:
    client = connect(site, *ALL)
    for path in ("/admin/", "/admin/subscribers/subscriber/", "/admin/access/apikey/add/"):
        assert client.get(path).status_code == 302


def test_no_scope_lets_a_key_widen_what_it_can_do() -> None:
    given = frozenset().union(*PERMISSIONS.values(), *TOGETHER.values())
    assert not {
        name for name in given if name.split(".")[0] in {"auth", "access", "authtoken", "django_celery_beat"}
    }
    assert not given & {"subscribers.change_site", "subscribers.add_site", "subscribers.delete_site"}
    assert set(PERMISSIONS) == set(Scope.values)


def test_a_key_writes_and_no_person_is_put_down_for_it(site: Site) -> None:
    client = connect(site, "write")
    segment = client.post("/api/v1/segments/", {"site": site.pk, "name": "All", "rule": factories.EVERYONE})
    assert segment.status_code == 201, segment.content
    campaign = client.post(
        "/api/v1/campaigns/",
        {
            "site": site.pk,
            "name": "Hello",
            "title": "Hello",
            "body": "You",
            "link_url": "https://shop.example/",
        },
    )
    assert campaign.status_code == 201, campaign.content
    assert client.post(f"/api/v1/campaigns/{campaign.json()['id']}/launch/").status_code == 403


@pytest.mark.parametrize(("day", "status"), [("2099-01-01", 200), ("2020-01-01", 401)])
def test_tokens_of_persons_end_on_a_day_and_say_so(day: str, status: int, settings: Any, db: None) -> None:
    settings.LEGACY_TOKENS_UNTIL = dt.datetime.fromisoformat(f"{day}T00:00:00+00:00")
    client = APIClient()
    token = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    answer = client.get("/api/v1/segments/")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Deprecation"].startswith("@")
        assert answer.headers["Sunset"] == "Thu, 01 Jan 2099 00:00:00 GMT"


def test_the_deploy_check_says_that_tokens_still_count(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LEGACY_TOKENS_UNTIL = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    call_command("check", "--deploy", "--tag", "security")
    assert "carillon.W020" in capsys.readouterr().err
    assert project.LEGACY_TOKENS_UNTIL is not None


@pytest.mark.django_db
def test_the_openapi_document_says_how_a_key_is_shown() -> None:
    schema = APIClient().get("/api/v1/schema/?format=json").json()
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert {"bearer": []} in schema["paths"]["/api/v1/track/"]["post"]["security"]


def test_a_key_that_reads_people_erases_nobody_without_the_scope_to_write(site: Site) -> None:
    alice = factories.make_subscriber(site, external_id="u-42")
    address = f"/api/v1/subscribers/{alice.pk}"
    refused = {
        scopes: connect(site, *scopes, name=str(scopes)).post(f"{address}/erase/")
        for scopes in (("people",), ("write",), ("read", "launch", "ingest", "people"))
    }

    assert {answer.status_code for answer in refused.values()} == {403}
    assert "“write” and “people”" in refused[("people",)].json()["detail"]
    assert connect(site, "people", name="Export").get(f"{address}/export/").status_code == 200
    assert Subscriber.objects.filter(pk=alice.pk).exists()
    erased = connect(site, "write", "people", name="Erasure").post(f"{address}/erase/")
    assert erased.status_code == 200
    assert not Subscriber.objects.filter(pk=alice.pk).exists()


@pytest.mark.django_db
def test_the_openapi_document_says_what_each_scope_allows() -> None:
    schema = APIClient().get("/api/v1/schema/?format=json").json()
    said = schema["components"]["securitySchemes"]["bearer"]["description"]
    erase = schema["paths"]["/api/v1/subscribers/{id}/erase/"]["post"]["description"]

    assert [scope for scope in Scope if f"`{scope}`: {scope.label}" not in said] == []
    assert "`write` and `people`" in erase


def test_the_docs_say_what_each_scope_allows() -> None:
    text = (project.BASE_DIR / "docs" / "keys.md").read_text()

    assert [scope for scope in Scope.values if f"| `{scope}` | " not in text] == []
    assert all(
        f"| {' and '.join(f'`{each}`' for each in Scope.values if each in both)} | " in text
        for both in TOGETHER
    )
