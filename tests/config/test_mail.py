"""EMAIL_URL says all about the mail server, or why it says nothing."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.mail import read_mail_server


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:8003", {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 8003}),
        ("smtp+tls://m.example", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True}),
        ("smtps://m.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        (
            "smtps://a%40b.example:p%3Aw%2F@m.example",
            {"EMAIL_HOST_USER": "a@b.example", "EMAIL_HOST_PASSWORD": "p:w/"},
        ),
        ("", {"EMAIL_HOST": ""}),
    ],
)
def test_an_address_is_read(url: str, expected: dict[str, Any]) -> None:
    assert read_mail_server(url).items() >= expected.items()


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://m.example", "smtp://", "smtp://m.example:port", "smtp:m"]
)
def test_any_other_is_refused_with_what_would_be_right(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="smtp\\+tls://user:password@"):
        read_mail_server(url)
