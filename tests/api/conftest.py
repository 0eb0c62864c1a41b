"""Clients of the management door."""

from collections.abc import Callable

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from tests import factories

Connect = Callable[..., APIClient]


@pytest.fixture
def connect(db: None) -> Connect:
    """`connect("analyst")`: a client with the token of somebody in that role; no role: the administrator's."""

    def _connect(*roles: str) -> APIClient:
        user = factories.make_user(*roles, is_superuser=not roles)
        client = APIClient(raise_request_exception=True)
        client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
        return client

    return _connect


@pytest.fixture
def client(connect: Connect) -> APIClient:
    return connect()
