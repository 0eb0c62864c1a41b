"""Who asks at the doors for programs: `Authorization: Bearer ck_…`."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access.keys import KeyHolder, find_key
from access.models import ApiKey

SCHEME = "Bearer"


class KeyAuthentication(BaseAuthentication):
    """With a key of Carillon, `request.user` is its KeyHolder and `request.auth` the ApiKey."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        key = find_key(secret.strip(), now=timezone.now())
        if key is None:
            raise AuthenticationFailed("This key is unknown, expired or revoked.")
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="api"'
