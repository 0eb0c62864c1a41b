"""Programs that come with a key."""

from typing import Any

from rest_framework.test import APIClient

from access.keys import make_key
from subscribers.models import Site

ALL = ["ingest", "read", "write", "launch", "people"]


def connect(site: Site, *scopes: str, name: str = "A program", **values: Any) -> APIClient:
    _, secret = make_key(site=site, name=name, scopes=list(scopes), **values)
    client = APIClient(raise_request_exception=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client
