"""Messages: personal, safe, and small enough for a push."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from campaigns.models import Campaign, Variant
from campaigns.rendering import (
    PushMessage,
    RenderingError,
    check_template,
    compile_message,
    list_variables,
    render_message,
)
from subscribers.models import Site, Subscriber
from tests.factories import NOW


def render(*, attributes: dict[str, Any] | None = None, country: str = "", **texts: Any) -> PushMessage:
    campaign = Campaign(**{"title": "Sale", **texts})
    person = Subscriber(site=Site(), attributes=attributes or {}, country=country)
    return render_message(campaign, person, token="t", now=NOW)


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("Hello {{ subscriber.first_name }}", "Hello Ada"),
        ('Hello {{ subscriber.nickname | default: "there" }}', "Hello there"),
        ("Hello {{ subscriber.nickname }}!", "Hello !"),
        ('Hello {{ subscriber.nothing | default: "there" }}', "Hello there"),
        ("{{ subscriber.country }}", "DE"),
        ("{{ subscriber.address.city }}", ""),
        ('{{ subscriber["last category"] | upcase }}', "SHOES"),
        ("{% if subscriber.points > 100 %}Gold{% else %}Welcome{% endif %}", "Gold"),
        ("Tea ☕ & <b>", "Tea ☕ & <b>"),
        ("{{ subscriber.html }}", "<i>"),
    ],
)
def test_texts_are_filled_in_with_what_is_known(template: str, rendered: str) -> None:
    attributes = {
        "first_name": "Ada", "nothing": "", "last category": "shoes", "points": 150, "html": "<i>",
    }  # fmt: skip
    assert render(title=template, attributes=attributes, country="DE").title == rendered


def test_an_attribute_goes_before_the_profile_field_of_the_same_name() -> None:
    assert render(title="{{ subscriber.country }}", attributes={"country": "Atlantis"}).title == "Atlantis"


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..100000) %}x{% endfor %}",
        "{% for i in (1..900) %}{{ subscriber.long }}{% endfor %}",
        "{{ 1 | divided_by: 0 }}",
    ],
)
def test_a_template_that_runs_wild_is_stopped(template: str) -> None:
    with pytest.raises(RenderingError):
        render(title=template, attributes={"long": "x" * 100})


def test_a_fault_of_the_template_engine_is_a_message_that_cannot_be_put_together() -> None:
    with pytest.raises(RenderingError, match="could not be filled in"):
        render(title="{{ subscriber.tags | uniq: 0 }}", attributes={"tags": ""})


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "http://[x"]
)
def test_a_link_from_an_attribute_must_be_a_web_address(link: str) -> None:
    with pytest.raises(RenderingError, match="web address"):
        render(link_url="{{ subscriber.link }}", attributes={"link": link})


@pytest.mark.parametrize("link", ["", "/cart?x=1", "https://shop.example/ü", "http://localhost:8000/demo/"])
def test_web_addresses_and_paths_are_links(link: str) -> None:
    assert render(link_url=link).link == link


def test_the_payload_is_what_the_service_worker_expects(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://push.shop.example"
    message = render(
        body="Come in",
        icon_url="https://shop.example/i.png",
        image_url="https://shop.example/w.png",
        link_url="/sale",
        actions=[{"title": "For {{ subscriber.first_name }}", "link": "/a"}, {"title": "No", "link": ""}],
        attributes={"first_name": "Ada"},
    )
    assert json.loads(message.to_json()) == {
        "carillon": 1,
        "title": "Sale",
        "body": "Come in",
        "icon": "https://shop.example/i.png",
        "image": "https://shop.example/w.png",
        "link": "/sale",
        "tag": "",
        "actions": [
            {"action": "a1", "title": "For Ada", "link": "/a"},
            {"action": "a2", "title": "No", "link": ""},
        ],
        "token": "t",
        "feedback_url": "https://push.shop.example/v1/feedback",
    }


@pytest.mark.parametrize("text", ["Hi {{ subscriber.name", "{% if %}", "{{ x | nope }}", "{% render 'x' %}"])
def test_a_template_that_cannot_be_read_is_said_to_be_so(text: str) -> None:
    assert len(check_template(text)) == 1


def test_a_good_template_has_no_problems() -> None:
    assert check_template('{{ subscriber.first_name | default: "there" }}') == []


def test_variables_of_all_texts_are_listed() -> None:
    campaign = Campaign(
        title="{{ subscriber.first_name }}",
        body="{% assign x = subscriber.points %}{{ x }} {{ subscriber['last category'] }}",
        link_url="/c/{{ subscriber.cart_id | url_encode }}",
        actions=[{"title": "{{ subscriber.city }}", "link": ""}],
    )
    assert list_variables(campaign) == {"first_name", "points", "last category", "cart_id", "city"}


def test_a_message_that_was_read_once_is_put_together_for_many_people() -> None:
    compiled = compile_message(Variant(title="Hi {{ subscriber.name }}", link_url="/{{ subscriber.page }}"))
    assert compiled.fill({"name": "Ada", "page": "a"}, clock=NOW, token="1").title == "Hi Ada"
    assert compiled.fill({"name": "Bob", "page": "b"}, clock=NOW, token="2", tag="c7-1").link == "/b"


def test_a_link_is_looked_at_for_each_person() -> None:
    compiled = compile_message(Variant(title="x", link_url="{{ subscriber.link }}"))
    assert (
        compiled.fill({"link": "https://shop.example/"}, clock=NOW, token="1").link == "https://shop.example/"
    )
    with pytest.raises(RenderingError, match="web address"):
        compiled.fill({"link": "javascript:1"}, clock=NOW, token="2")


def test_braces_alone_make_no_template() -> None:
    compiled = compile_message(Variant(title=" Sale ", body="50 % {off}"))
    message = compiled.fill({}, clock=NOW, token="t")
    assert (message.title, message.body) == ("Sale", "50 % {off}")


@pytest.mark.parametrize("texts", [{"title": "{% if %}"}, {"title": "x", "link_url": "javascript:alert(1)"}])
def test_what_is_wrong_for_everybody_is_said_when_the_message_is_read(texts: dict[str, str]) -> None:
    with pytest.raises(RenderingError):
        compile_message(Variant(**texts))
