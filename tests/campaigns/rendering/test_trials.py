"""What stands in the way of a launch is what fails for everybody; what fails for some is said in the dry run."""

import pytest

from campaigns.models import Campaign
from campaigns.rendering import check_link_template, check_message, check_template, needs_fallback


@pytest.mark.parametrize(
    "text",
    [
        "{{ 100 | divided_by: subscriber.visits }}",
        "{{ 100 | modulo: subscriber.visits }}",
        "{{ subscriber.tags | sort | join }}",
        "{{ subscriber.tags | map: 'x' }}",
        "{{ subscriber.at | date: '%Y' }}",
        "{{ subscriber.name | slice: subscriber.from }}",
        "{% for i in (1..subscriber.points) %}x{% endfor %}",
    ],
)
def test_a_text_that_comes_out_for_some_may_be_launched(text: str) -> None:
    assert check_template(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ 100 | divided_by: 0 }}",
        "{{ subscriber.name }} {{ 1 | divided_by: 0 }}",
        "{% for i in (1..100000) %}{{ subscriber.name }}{% endfor %}",
        "{{ subscriber.name | shout }}",
        "{{ name }}",
        "{{ subscriber }}",
        "{% include 'x' %}",
        "{{ subscriber.name",
    ],
)
def test_a_text_that_comes_out_for_nobody_is_refused(text: str) -> None:
    assert len(check_template(text)) == 1


def test_a_link_that_leads_somewhere_for_some_may_be_launched_and_asks_for_a_fallback() -> None:
    link = "https://{{ subscriber.domain }}/x"
    assert check_link_template(link) == []
    assert "is not a web address" in needs_fallback(link, is_link=True)
    assert needs_fallback('https://{{ subscriber.domain | default: "shop.example" }}/x', is_link=True) == ""


def test_a_link_that_leads_nowhere_for_anybody_is_refused() -> None:
    assert len(check_link_template("https://shop example/{{ subscriber.x }}")) == 1
    assert len(check_link_template("www.{{ subscriber.domain | default: 'shop.example' }}")) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"link_url": "www.google.com"},
        {"icon_url": "https://shop example/i.png"},
        {"image_url": "i.png"},
        {"actions": [{"title": "Go", "link": "https://"}]},
        {"actions": [{"title": "{{ x }}", "link": "/"}]},
        {"body": "x" * 4000},
    ],
)
def test_every_part_of_a_message_is_looked_at(values: dict[str, object]) -> None:
    assert len(check_message(Campaign(**{"title": "x", **values}))) == 1
