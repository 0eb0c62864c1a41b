import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from tracking.visitors import read_visitor


@pytest.mark.parametrize(
    ("proxies", "forwarded", "ip"),
    [
        (0, "", "10.0.0.1"),
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        (2, "1.1.1.1, 203.0.113.7, 172.16.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, ip: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().post("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert read_visitor(request).ip == ip


def test_the_user_agent_is_kept_short_and_printable() -> None:
    request = RequestFactory().post("/", HTTP_USER_AGENT="Fire\0fox" + "x" * 1000)

    assert read_visitor(request).user_agent == "Firefox" + "x" * 493
