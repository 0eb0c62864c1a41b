"""The management door describes itself, completely, and without the internet."""

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
