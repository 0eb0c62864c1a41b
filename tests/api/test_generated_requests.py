"""Requests drawn from the OpenAPI document itself: whatever it allows or forbids is answered as it says."""

import os
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from subscribers.models import Site
from tests import factories
from tests.api.test_fuzz import list_doors

CASES = int(os.environ.get("SCHEMA_CASES", "5"))  # of each operation
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.django_db
def test_requests_from_the_document_get_documented_answers(site: Site) -> None:
    list_doors(site)  # one of everything, so that there is something at the addresses
    factories.make_push_subscription(factories.make_subscriber(site))
    token = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    headers = {"Authorization": f"Token {token}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    schema.config.generation.update(modes=MODES)
    asked = 0
    for result in schema.get_all_operations():
        asked += ask(result.ok(), headers)
    assert asked >= CASES * 50


def ask(operation: Any, headers: dict[str, str]) -> int:
    asked = 0

    @settings(
        max_examples=CASES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask_once(case: Any) -> None:
        nonlocal asked
        asked += 1
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)

    ask_once()
    return asked
