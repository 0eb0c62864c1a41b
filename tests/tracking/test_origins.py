import pytest

from subscribers.models import Site
from subscribers.origins import read_origin
from tracking.origins import is_known_origin, list_origins


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Shop.Example/cart?x=1", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:8000/demo/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://user@shop.example", "https://shop.example"),
        ("null", ""),
        ("file:///etc", ""),
        ("https://", ""),
        ("https://[", ""),
        ("https://shop.example:port", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_an_address_has_the_origin_that_browsers_send(address: object, origin: str) -> None:
    assert read_origin(address) == origin


@pytest.mark.parametrize("allowed", ["nonsense", None, {"a": 1}, [None, 7, "x"]])
def test_allowed_origins_that_make_no_sense_allow_nobody(site: Site, allowed: object) -> None:
    site.allowed_origins = allowed

    assert list_origins(site) == {"https://shop.example", "http://localhost:8000"}


def test_a_page_without_origin_is_nobodys(site: Site) -> None:
    assert not is_known_origin("null")
    assert is_known_origin("https://shop.example")
