"""The management door describes itself, completely, and without the internet."""

from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient


@pytest.mark.django_db
def test_the_openapi_document_is_valid_and_complete(tmp_path: object) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", f"{tmp_path}/schema.yaml")


@pytest.mark.django_db
def test_the_docs_load_nothing_from_elsewhere() -> None:
    page = APIClient().get("/api/v1/docs/").content.decode()

    assert "swagger-ui" in page
    assert "https://" not in page
    assert 'src="//' not in page


STEPS = ("launch", "pause", "resume", "cancel", "winner")


@pytest.mark.django_db
def test_preconditions_are_documented_where_they_are_heeded() -> None:
    paths = APIClient().get("/api/v1/schema/?format=json").json()["paths"]
    taken, told = set(), set()
    for path, operations in paths.items():
        for method, operation in operations.items():
            name = f"{method} {path.removeprefix('/api/v1/')}"
            if any(each["name"] == "If-Match" for each in operation.get("parameters", [])):
                taken.add(name)
                assert operation["responses"]["412"]["content"] == operation["responses"]["400"]["content"]
            if any("ETag" in answer.get("headers", {}) for answer in operation["responses"].values()):
                told.add(name)
    steps = {f"post campaigns/{{id}}/{step}/" for step in STEPS}
    described = {"sites/{id}/", "attributes/{id}/", "event-types/{id}/", "sites/{site_id}/sending-policy/"}
    written = {"campaigns/{id}/", "segments/{id}/", "places/{id}/"}
    changes = {f"{method} {path}" for path in described | written for method in ("put", "patch")}
    added = {f"post {name}/" for name in ("campaigns", "segments", "places", "sites")}
    approved = "post campaigns/{id}/approve/"  # changes nothing of the campaign itself
    assert taken == {approved, *steps, *changes, *(f"delete {path}" for path in written)}
    assert told == {*steps, *changes, *added, *(f"get {path}" for path in described | written)}


@pytest.mark.django_db
def test_what_is_sent_and_what_is_answered_are_described_apart() -> None:
    """A field that only an answer has is asked of nobody, and one that may be left out is in every answer."""
    document = APIClient().get("/api/v1/schema/?format=json").json()
    operations = [
        each for path in document["paths"].values() for each in path.values() if isinstance(each, dict)
    ]
    sent = set[str]()
    answered = set[str]()
    for operation in operations:
        sent |= _list_named(operation.get("requestBody"), document)
        answered |= _list_named(operation["responses"], document)
    fields = {
        name: properties
        for name in sent & answered
        if (properties := document["components"]["schemas"][name].get("properties"))
    }
    assert fields == {}


def _list_named(part: object, document: dict[str, Any]) -> set[str]:
    """The names of all components that `part` leads to."""
    found = set[str]()
    waiting = [part]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in document["components"]["schemas"] and name not in found:
                found.add(name)
                waiting.append(document["components"]["schemas"][name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found
