"""EMAIL_URL: where mails are handed over, as one address."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_SCHEMES = {
    "smtp": (25, {}),
    "smtp+tls": (587, {"EMAIL_USE_TLS": True}),
    "smtps": (465, {"EMAIL_USE_SSL": True}),
}
_SAY = "EMAIL_URL must look like smtp+tls://user:password@mail.example.com:587 (or smtps://, or smtp:// on this machine)"


def read_mail_server(url: str) -> dict[str, Any]:
    """Django's settings for it. An empty address: no mail is sent."""
    if not url:
        return {"EMAIL_HOST": ""}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{_SAY}.") from None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ImproperlyConfigured(f"{_SAY}.")
    usual, switches = _SCHEMES[parts.scheme]
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or usual,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        **switches,
    }
