"""Links are read as browsers read them: what opens nothing, or another page, is none."""

import pytest
from pytest_django import Settings

from campaigns.models import Variant
from campaigns.rendering import RenderingError, check_link, check_link_template, compile_message
from tests.factories import NOW

GOOD = [
    "", "/", "/cart?x=1#y", "https://shop.example", "https://shop.example/", "https://shop.example/x y", "https://shop.example/ü",
    "https://größe.example/größe", "HTTPS://Shop.Example/A", "http://localhost:8000/demo/", "https://shop.example:8443/x", "//shop.example/x",
    "https://shop.example?a=https://b.example", "https://shop.example#a", "https://192.0.2.1/x", "https://[2001:db8::1]/", "https://a_b.example/",
    "https://shop.example/%zz", "/a:b", "https://xn--gre-1na6i.example/",
]  # fmt: skip
BAD = [
    "www.google.com", "google.com/x", "shop.example:8080/x", "cart", "?x=1", "#top", "https://", "http://", "https:", "https:/shop.example",
    "https:shop.example", "https:///x", "https://shop example/x", "https:// shop.example/", "https://.example/x", "https://shop..example/",
    "https://www./x", "https://shop.example./", "https://undefined/x", "https://null", "https://shop", "https://1/", "https://1.2.3/",
    "http://0x7f.1/", "https://999.1.1.1/", "https://shop.example:99999/", "https://shop.example:80a/", "https://user:word@shop.example/",
    "https://shop.example@evil.example/", "https:\\\\shop.example\\x", "/\\evil.example", "///evil.example", "//", "javascript:alert(1)",
    " JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "mailto:a@shop.example", "tel:123", "ftp://shop.example/",
    "http://[x", "https://[::1/", "https://shop.example\n/x", "https://sh\top.example/", "https://{{ x }}/", "https://a%20b.example/",
    "https://%/", "https://" + "a" * 64 + ".example/", "https://-", "https://shop,example/", "https://shop.example'/", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("link", GOOD)
def test_a_link_that_browsers_open_is_one(link: str) -> None:
    assert check_link(f" {link} ") == link
    assert check_link_template(link) == []


@pytest.mark.parametrize("link", BAD)
def test_a_link_that_opens_nothing_or_another_page_is_none(link: str) -> None:
    with pytest.raises(RenderingError, match="is not a web address"):
        check_link(link)


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("www.google.com", "https://www.google.com?"),
        ("shop.example/sale", "https://shop.example/sale?"),
        ("cart", "with /"),
    ],
)
def test_what_would_be_right_is_said(link: str, meant: str) -> None:
    (problem,) = check_link_template(link)
    assert meant in problem


@pytest.mark.parametrize(
    "link",
    [
        "https://{{ subscriber.x }}/x",
        "https://{{ subscriber.x }}",
        "//{{ subscriber.x }}/x",
        "{{ subscriber.x }}/x",
    ],
)
@pytest.mark.parametrize(
    "value", ["", "shop example", "shop", None, "a.example@b.example", "javascript:alert(1)//"]
)
def test_a_link_is_looked_at_once_it_is_filled_in(link: str, value: str | None) -> None:
    compiled = compile_message(Variant(title="x", link_url=link))
    known = {} if value is None else {"x": value}
    if link.startswith("{{") and not value:
        assert compiled.fill(known, clock=NOW, token="").link == "/x"
        return
    with pytest.raises(RenderingError, match="is not a web address"):
        compiled.fill(known, clock=NOW, token="")


def test_buttons_lead_to_the_web_too() -> None:
    personal = [{"title": "Go", "link": "https://{{ subscriber.x }}/"}]
    compiled = compile_message(Variant(title="x", actions=personal))
    assert (
        compiled.fill({"x": "shop.example"}, clock=NOW, token="").actions[0].link == "https://shop.example/"
    )
    with pytest.raises(RenderingError):
        compiled.fill({}, clock=NOW, token="")


@pytest.mark.parametrize("field", ["link_url", "icon_url", "image_url"])
def test_a_link_or_picture_that_is_none_for_anybody_is_found_when_the_message_is_read(field: str) -> None:
    with pytest.raises(RenderingError):
        compile_message(Variant(title="x", **{field: "https://shop example/x"}))


def test_where_the_server_has_a_bare_name_others_may(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://carillon:8000"
    check_link.cache_clear()
    assert check_link("http://wiki/x") == "http://wiki/x"
    check_link.cache_clear()
