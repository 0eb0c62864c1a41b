"""Health says whether this process can work, and what is wrong if not."""

import datetime as dt
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from redis import Redis
from redis.exceptions import ConnectionError as BrokerError
from rest_framework.authtoken.models import Token

from campaigns.tokens import DeliveryKey, sign_token
from config.pressure import read_pressure
from config.upkeep import read_upkeep
from subscribers.changes import PERSON, note_changes
from subscribers.models import Site
from tests.factories import (
    NOW,
    make_campaign,
    make_delivery,
    make_event,
    make_segment,
    make_site,
    make_subscriber,
    make_user,
)
from tests.tracking.requests import body, event, post
from tracking.models import InboxItem
from tracking.partitions import prepare_partitions


def refuse(error: Exception) -> object:
    def answer(*args: object, **kwargs: object) -> None:
        raise error

    return answer


def test_a_process_is_alive_without_asking_anybody(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_means_that_database_and_broker_answer(client: Client) -> None:
    response = client.get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_ready_says_what_waits_in_the_inbox_and_what_was_set_aside(client: Client, site: Site) -> None:
    late = timezone.now() - dt.timedelta(seconds=10)
    InboxItem.objects.create(site=site, shard=1, payload={}, received_at=NOW, failed_at=NOW, failure="x")
    InboxItem.objects.create(site=site, shard=1, payload={}, received_at=late)

    inbox = client.get("/health/ready").json()["parts"]["inbox"]

    assert inbox["status"] == "ok"
    assert inbox["detail"] == "1 request waits in the inbox (the oldest for 10 s), 1 was set aside"
    assert (inbox["waiting"], inbox["set_aside"]) == (1, 1)
    assert inbox["oldest_seconds"] == pytest.approx(10, abs=5)


def test_an_inbox_that_falls_behind_is_slow_and_still_200(client: Client, site: Site) -> None:
    InboxItem.objects.create(
        site=site, shard=1, payload={}, received_at=timezone.now() - dt.timedelta(minutes=1)
    )

    response = client.get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "slow")
    assert response.json()["parts"]["inbox"]["status"] == "slow"


def test_changes_that_wait_too_long_are_slow(client: Client, site: Site) -> None:
    note_changes(site.pk, {PERSON: [1]}, now=timezone.now() - dt.timedelta(minutes=1))

    following = client.get("/health/ready").json()["parts"]["following"]

    assert (following["status"], following["waiting"]) == ("slow", 1)
    assert following["detail"].startswith("1 change waits to be followed (the oldest for 6")


def test_a_segment_far_behind_is_slow_one_that_is_set_aside_is_named(client: Client, site: Site) -> None:
    make_segment(site, status="failed", failure="x")
    make_segment(site)
    fine = client.get("/health/ready").json()["parts"]["segments"]
    make_segment(site, status="ready", refreshed_at=NOW - dt.timedelta(days=1))
    slow = client.get("/health/ready").json()["parts"]["segments"]

    assert (fine["status"], slow["status"]) == ("ok", "slow")
    assert fine["detail"].startswith("1 segment waits to be built, 1 is set aside")


def test_of_very_many_no_more_are_counted_than_need_be(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.pressure.MOST_COUNTED", 2)
    for _ in range(4):
        InboxItem.objects.create(site=site, shard=1, payload={}, received_at=NOW)
        note_changes(site.pk, {PERSON: [1]}, now=NOW)

    stages = read_pressure(now=NOW)

    assert stages["inbox"].detail.startswith("more than 2 requests wait in the inbox")
    assert stages["following"].detail.startswith("more than 2 changes wait to be followed")


def test_asking_how_much_waits_takes_three_queries(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        read_pressure(now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "owner", "method", "error"),
    [
        ("broker", Redis, "set", BrokerError("secret host")),
        ("database", connection, "cursor", OperationalError("secret host")),
    ],
)
def test_not_ready_names_the_part_that_fails_and_no_secrets(
    client: Client, monkeypatch: pytest.MonkeyPatch, part: str, owner: object, method: str, error: Exception
) -> None:
    monkeypatch.setattr(owner, method, refuse(error))

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["parts"][part]["status"] == "failing"
    assert "secret host" not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_is_not_ready_and_doors_say_503(client: Client) -> None:
    site = make_site()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            ready = client.get("/health/ready")
            tracked = post(body(site, event("purchase")))
        finally:
            cursor.execute("RESET default_transaction_read_only")

    assert (ready.status_code, ready.json()["parts"]["database"]["status"]) == (503, "failing")
    assert "read-only" in ready.json()["parts"]["database"]["detail"]
    assert (tracked.status_code, tracked["Retry-After"]) == (503, "5")
    assert client.get("/health/ready").status_code == 200


def test_weeks_that_reach_less_far_than_they_should_are_slow(site: Site, settings: Settings) -> None:
    now = timezone.now()
    settings.EVENT_WEEKS_AHEAD = 3
    prepare_partitions(now=now)
    fine = read_upkeep(now=now)["weeks"]
    settings.EVENT_WEEKS_AHEAD = 12
    short = read_upkeep(now=now)["weeks"]
    over = read_upkeep(now=now + dt.timedelta(weeks=6))["weeks"]

    assert (fine.is_slow, short.is_slow, over.is_slow) == (False, True, True)
    assert fine.detail.startswith("Weeks reach until ")
    assert over.detail == "The event log has no table for this week"


def test_a_new_house_without_weeks_is_all_right_until_events_come(site: Site) -> None:
    assert not read_upkeep(now=timezone.now())["weeks"].is_slow

    make_event(make_subscriber(site), "purchase", timezone.now())

    assert read_upkeep(now=timezone.now())["weeks"].is_slow


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path", "body_of"),
    [
        ("post", "/v1/feedback", "feedback"),
        ("post", "/api/v1/track/", "operations"),
        ("post", "/api/v1/places/", "place"),
        ("post", "/admin/account/login/", "log-in"),
        ("post", "/admin/subscribers/place/add/", "form"),
    ],
)
def test_no_door_answers_500_while_the_database_takes_no_writes(method: str, path: str, body_of: str) -> None:
    client = Client(raise_request_exception=False)
    site, user = make_site(), make_user(is_superuser=True)
    delivery = make_delivery(
        make_campaign(site), make_subscriber(site), status="sent", sent_at=timezone.now()
    )
    token = sign_token(DeliveryKey(delivery.campaign_id, delivery.occurrence, delivery.subscriber_id))
    operation = {**event("purchase"), "external_id": "u-1"}
    bodies = {
        "feedback": ({"token": token, "kind": "clicked"}, "application/json"),
        "operations": ({"site": site.pk, "operations": [operation]}, "application/json"),
        "place": (
            {"site": site.pk, "name": "Berlin", "latitude": 52.5, "longitude": 13.4},
            "application/json",
        ),
        "log-in": ({"login": user.username, "password": "correct horse"}, None),
        "form": ({"site": site.pk, "name": "Berlin", "latitude": "52.5", "longitude": "13.4"}, None),
    }
    content, media_type = bodies[body_of]
    token_of_user = Token.objects.create(user=user).key
    if path.startswith("/admin/subscribers"):
        client.force_login(user)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            values: dict[str, Any] = {"content_type": media_type} if media_type else {}
            values |= {"headers": {"Authorization": f"Token {token_of_user}"}} if "api" in path else {}
            response = getattr(client, method)(path, content, **values)
        finally:
            cursor.execute("RESET default_transaction_read_only")

    assert (response.status_code, response.headers.get("Retry-After")) == (503, "5"), response.content
