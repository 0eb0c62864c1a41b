"""Health says whether this process can work, and what is wrong if not."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from redis.exceptions import ConnectionError as BrokerError

from subscribers.models import Site
from tests.factories import NOW
from tracking.models import InboxItem


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


def test_ready_counts_what_waits_and_what_was_set_aside(client: Client, site: Site) -> None:
    InboxItem.objects.create(site=site, shard=1, payload={}, received_at=NOW)
    InboxItem.objects.create(site=site, shard=1, payload={}, received_at=NOW, failed_at=NOW, failure="x")

    detail = client.get("/health/ready").json()["parts"]["database"]["detail"]

    assert detail == "1 requests wait in the inbox, 1 were set aside"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "owner", "method", "error"),
    [
        ("broker", cache, "set", BrokerError("secret host")),
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
