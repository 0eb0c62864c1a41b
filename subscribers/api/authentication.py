"""Who asks at the doors with what there was before keys: `Authorization: Token …`, which may all that its person may."""

from typing import Any

from django.utils import timezone
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access.legacy_tokens import note_token, tokens_have_ended


class TokenAuthentication(authentication.TokenAuthentication):
    """DRF's own, which asks the database even for what it cannot hold (a NUL). Until LEGACY_TOKENS_UNTIL."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is not None:
            note_token(request._request)
        return found

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        if not (key.isascii() and key.isprintable()):
            raise AuthenticationFailed("Invalid token.")
        if tokens_have_ended(now=timezone.now()):
            raise AuthenticationFailed(
                "Tokens do not count any more. Use a key: “Authorization: Bearer ck_…”."
            )
        found: tuple[Any, Any] = super().authenticate_credentials(key)
        return found
