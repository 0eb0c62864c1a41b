"""What somebody with a copy of the database, or a way into Valkey, must not get."""

import pickle
import traceback
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from kombu.exceptions import ContentDisallowed
from kombu.serialization import dumps, loads
from redis import Redis
from redis.exceptions import RedisError

from campaigns.transports.base import Sender
from config.overview import count_heads
from subscribers.models import Site
from subscribers.sealed_fields import list_sealed_fields
from tests import factories


class Order:
    """What a pickle makes whoever reads it do."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.mark,))


@pytest.mark.django_db
def test_a_pickle_planted_in_the_cache_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    with Redis.from_url(settings.BROKER_URL) as valkey:
        valkey.set(cache.make_key("headcount:"), pickle.dumps(Order(mark)))

    heads = count_heads([])

    assert not mark.exists()
    assert heads.subscribers == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "planted", [b"\x80", b"{", b"[" * 100_000, b'"x"', b"[1]", b'{"a": 1}', b"\xff\xfe", b""]
)
def test_nonsense_planted_in_the_cache_is_as_if_nothing_were_there(planted: bytes) -> None:
    with Redis.from_url(settings.BROKER_URL) as valkey:
        valkey.set(cache.make_key("headcount:"), planted)

    assert count_heads([]).subscribers == 0


def test_a_pickle_in_the_queue_is_refused(tmp_path: Path) -> None:
    kind, encoding, body = dumps([[], {}, {}], serializer="pickle")

    assert set(current_app.conf.accept_content) == set(current_app.conf.result_accept_content) == {"json"}
    with pytest.raises(ContentDisallowed):
        loads(body, kind, encoding, accept=current_app.conf.accept_content)


def test_valkey_of_make_run_answers_nobody_without_its_password() -> None:
    address = settings.BROKER_URL.rpartition("@")[2]

    with Redis.from_url(f"redis://{address}") as stranger, pytest.raises(RedisError, match=r"(?i)auth"):
        stranger.get("x")


def test_addresses_with_passwords_are_for_their_owner_alone() -> None:
    file = settings.CARILLON_HOME / "servers.json"

    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_no_secret_lies_readable_in_the_database(site: Site) -> None:
    for model, field in list_sealed_fields():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {field.column} FROM {model._meta.db_table}")  # names of ours
            found = [text for (text,) in cursor.fetchall()]
        assert all(text.startswith("sealed:1:") for text in found)
    assert site.vapid_private_key.reveal() not in read_column(site)


@pytest.mark.django_db
def test_no_secret_is_in_dumps_logs_tracebacks_and_answers(
    site: Site, admin_client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = [
        getattr(row, field.attname).reveal()
        for model, field in list_sealed_fields()
        for row in model._default_manager.all()
    ]
    call_command("dumpdata", "subscribers")
    try:
        raise ValueError(site.vapid_private_key, vars(site), Sender(secrets[0], "a@b.example"))
    except ValueError:
        shown = traceback.format_exc()
    pages = [
        admin_client.get(address).content.decode()
        for address in (
            f"/admin/subscribers/site/{site.pk}/change/", "/admin/subscribers/site/", "/api/v1/sites/",
            f"/api/v1/sites/{site.pk}/", "/health/ready", "/admin/",
        )
    ]  # fmt: skip

    everything = "\n".join([shown, capsys.readouterr().out, f"{site.vapid_private_key!r}{site!r}", *pages])
    assert secrets
    for model, field in list_sealed_fields():
        if model is Site:
            assert getattr(site, field.attname).reveal() not in everything


def read_column(site: Site) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT vapid_private_key FROM subscribers_site WHERE id = %s", [site.pk])
        text: str = cursor.fetchone()[0]
    return text


@pytest.mark.django_db
def test_a_sealed_secret_opens_for_its_own_purpose_alone(site: Site) -> None:
    other = factories.make_site()
    assert read_column(site) != read_column(other)
