"""Without a database every door says so within two seconds, and all is well again as soon as it is back."""

import runpy
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import psycopg
import psycopg_pool
import pytest
from django.db import OperationalError, connection, connections
from django.test import Client, override_settings

from campaigns.tokens import DeliveryKey, InvalidTokenError, read_token, sign_token

KEY = DeliveryKey(1, 2, 3)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/api/v1/places/", "application/problem+json"),
        ("/v1/config?site_key=pk_x", "application/json"),
        ("/admin/login/", "text/html"),
        ("/admin/", "text/html"),
    ],
)
def test_a_door_without_a_database_answers_503(client: Client, path: str, media_type: str) -> None:
    client.cookies["sessionid"] = "a" * 32
    with patch.object(type(connections["default"]), "cursor", side_effect=OperationalError("gone")):
        response = client.get(path, headers={"Authorization": f"Token {'a' * 40}"})

    if path == "/admin/login/":
        assert response.status_code in {200, 503}  # the page itself asks nothing
        return
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.headers["Content-Type"].startswith(media_type)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_longer_than_two_seconds_for_a_connection() -> None:
    options = connection.settings_dict["OPTIONS"]["pool"]
    nowhere = "host=127.0.0.1 port=1 connect_timeout=2"
    began = time.monotonic()

    with (
        psycopg_pool.ConnectionPool(nowhere, open=False, **options) as pool,
        pytest.raises(psycopg_pool.PoolTimeout),
    ):
        pool.getconn()

    assert time.monotonic() - began < 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many", [1, 12])
def test_connections_that_the_server_has_ended_are_replaced_before_they_are_used(
    client: Client, many: int
) -> None:
    together = threading.Barrier(many)

    def use() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            together.wait()
        connection.close()  # back into the pool, where the others lie, too

    with ThreadPoolExecutor(many) as people:
        for one in [people.submit(use) for _ in range(many)]:
            one.result()
    connection.close()
    parameters = connection.get_connection_params()
    with psycopg.connect(
        **{
            name: parameters[name]
            for name in ("dbname", "user", "password", "host", "port")
            if name in parameters
        }
    ) as killer:
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert client.get("/v1/config?site_key=pk_x").status_code == 401


def test_former_keys_are_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "the third key")
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "the second key, the first key")

    settings = runpy.run_path(str(Path(__file__).parents[2] / "config" / "settings.py"))

    assert settings["SECRET_KEY"] == "the third key"
    assert settings["SECRET_KEY_FALLBACKS"] == ["the second key", "the first key"]


def test_what_a_former_key_signed_still_counts_after_a_rotation() -> None:
    with override_settings(SECRET_KEY="the first key", SECRET_KEY_FALLBACKS=[]):
        token = sign_token(KEY)

    with override_settings(SECRET_KEY="the second key", SECRET_KEY_FALLBACKS=["the first key"]):
        assert read_token(token) == KEY
        assert sign_token(KEY) != token
    with (
        override_settings(SECRET_KEY="the second key", SECRET_KEY_FALLBACKS=[]),
        pytest.raises(InvalidTokenError),
    ):
        read_token(token)
