"""A Python client generated from the OpenAPI document lists, makes and reads every resource, with a key."""

import importlib
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from access.keys import make_key
from access.models import Scope
from config.wsgi import application
from subscribers.models import Site
from tests import factories
from tracking.models import EventType

RULE = {"version": 1, "root": {"type": "event", "event": "purchase"}}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package that openapi-python-client made; a warning of its is a fault of the document."""
    folder = tmp_path_factory.mktemp("python-client")
    call_command("spectacular", "--file", str(folder / "schema.yaml"))
    (folder / "config.yaml").write_text("post_hooks: []\n")
    subprocess.run(
        [
            str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--path", "schema.yaml",
            "--config", "config.yaml", "--output-path", "generated_client", "--meta", "none", "--fail-on-warning",
        ],
        cwd=folder,
        check=True,
    )  # fmt: skip
    sys.path.insert(0, str(folder))
    yield "generated_client"
    sys.path.remove(str(folder))


@pytest.fixture
def client(generated: str, site: Site) -> Iterator[Any]:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    _, key = make_key(site=site, name="Client", scopes=Scope.values)
    made = importlib.import_module(generated).AuthenticatedClient(
        base_url="http://testserver",
        token=key,
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.WSGITransport(app=application)},
    )
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def find_operation(name: str) -> ModuleType:
    return importlib.import_module(f"generated_client.api.{name}")


def find_model(name: str) -> Any:
    return getattr(importlib.import_module("generated_client.models"), name)


def ask(client: Any, operation: str, *path: Any, **arguments: Any) -> Any:
    response = find_operation(operation).sync_detailed(*path, client=client, **arguments)
    assert response.status_code.value < 300, (operation, response.content)
    return response.parsed


def test_every_list_is_read(client: Any, site: Site) -> None:
    person, segment = factories.make_subscriber(site), factories.make_list(site)
    campaign = factories.make_campaign(site)
    factories.make_delivery(campaign, person, status="sent", sent_at=factories.NOW)
    EventType.objects.create(site=site, name="purchase")
    factories.make_attribute(site, "tier")
    factories.make_push_subscription(person)
    for resource in ("sites", "places", "attributes", "event_types", "subscribers", "segments", "campaigns"):
        page = ask(client, f"{resource}.{resource}_list")
        assert page.next_ is None
        for each in page.results:
            assert ask(client, f"{resource}.{resource}_retrieve", each.id).id == each.id
    for operation, key in (
        ("subscribers.subscribers_events_list", person.pk),
        ("subscribers.subscribers_segments_list", person.pk),
        ("segments.segments_members_list", segment.pk),
        ("segments.segments_versions_list", segment.pk),
        ("segments.segments_history_list", segment.pk),
        ("campaigns.campaigns_deliveries_list", campaign.pk),
    ):
        assert isinstance(ask(client, operation, key).results, list)


def test_everything_that_can_be_made_is_made_and_read_again(client: Any, site: Site) -> None:
    rule = find_model("SegmentRequest").from_dict({"site": site.pk, "name": "Buyers", "rule": RULE})
    made = {
        "places": ask(
            client,
            "places.places_create",
            body=find_model("PlaceRequest")(site=site.pk, name="Store", latitude=1.0, longitude=2.0),
        ),
        "segments": ask(client, "segments.segments_create", body=rule),
        "campaigns": ask(
            client,
            "campaigns.campaigns_create",
            body=find_model("CampaignRequest").from_dict(
                {
                    "site": site.pk, "name": "Sale", "title": "Hello", "winner_by": "",
                    "variants": [{"title": "Hi", "actions": [{"title": "Go"}]}], "test_sample": None,
                }
            ),
        ),
    }  # fmt: skip
    for resource, thing in made.items():
        assert ask(client, f"{resource}.{resource}_retrieve", thing.id) == thing


def test_operations_are_typed(client: Any, site: Site) -> None:
    event = find_model("BackendEvent")(id=uuid.uuid4(), name="purchase", type_="event", external_id="u-1")
    body = find_model("TrackRequest")(site=site.pk, operations=[event])

    answer = ask(client, "track.track", body=body)

    assert (answer.accepted, answer.rejected, answer.warnings) == (1, [], [])


def test_an_error_is_read_as_a_problem(client: Any, site: Site) -> None:
    response = find_operation("places.places_retrieve").sync_detailed(999_999, client=client)

    assert (response.parsed.status, response.parsed.code) == (404, "not_found")
