"""Who asks at the management door and at the backend door: `Authorization: Token …`."""

from typing import Any

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(authentication.TokenAuthentication):
    """DRF's own, which asks the database even for what it cannot hold (a NUL)."""

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        if not (key.isascii() and key.isprintable()):
            raise AuthenticationFailed("Invalid token.")
        found: tuple[Any, Any] = super().authenticate_credentials(key)
        return found
