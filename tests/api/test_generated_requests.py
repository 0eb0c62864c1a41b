"""Requests drawn from the OpenAPI document itself: whatever it allows or forbids is answered as it says."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from subscribers.models import Site
from tests import factories
from tests.api.test_fuzz import list_doors

CASES = int(os.environ.get("SCHEMA_CASES", "10"))  # of each operation
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests come without Django's own test client, which keeps the connection of the test open between them."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("_one_connection")
@pytest.mark.django_db
def test_requests_from_the_document_get_documented_answers(site: Site) -> None:
    list_doors(site)  # one of everything, so that there is something at the addresses
    factories.make_push_subscription(factories.make_subscriber(site))
    token = Token.objects.create(user=factories.make_user(is_superuser=True)).key
    headers = {"Authorization": f"Token {token}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    schema.config.generation.update(modes=MODES)
    asked, failures = 0, []
    operations: Any = schema.get_all_operations()
    for result in operations:
        try:
            asked += ask(result.ok(), headers)
        except (FailureGroup, Failure) as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)
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
