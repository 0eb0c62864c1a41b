"""What a message says about people with nothing in its place where it is not known."""

import datetime as dt

import pytest

from campaigns.dry_runs import request_dry_run, work_out
from campaigns.dry_runs.fallbacks import count_missing
from campaigns.models import Campaign, Variant
from campaigns.rendering import list_bare_keys
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Hello", []),
        ("Hello {{ subscriber.first_name }}", ["first_name"]),
        ("Hello {{ subscriber.first_name | upcase }}", ["first_name"]),
        ('Hello {{ subscriber["first name"] }}', ["first name"]),
        ("{{ subscriber.tags[0] }} {{ subscriber.address.city }}", ["address", "tags"]),
        ("{{ 'Hello ' | append: subscriber.first_name }}", ["first_name"]),
        ('Hello {{ subscriber.first_name | default: "there" }}', []),
        ('Hello {{ subscriber.first_name | upcase | default: "there" }}', []),
        ("{% if subscriber.first_name %}Hello {{ subscriber.first_name }}{% endif %}", []),
        ("{% if subscriber.vip %}Hello {{ subscriber.first_name }}{% endif %}", ["first_name"]),
        ("{% unless subscriber.a %}{% else %}{{ subscriber.a }}{{ subscriber.b }}{% endunless %}", ["b"]),
        ("{% for tag in subscriber.tags %}{{ tag }}{% endfor %}", []),
        ("{% case subscriber.tier %}{% when 'gold' %}{{ subscriber.tier }}{% endcase %}", []),
        ("{{ broken", []),
    ],
)
def test_a_key_is_bare_if_it_is_printed_without_a_default_and_never_asked_about(
    text: str, bare: list[str]
) -> None:
    assert list_bare_keys(Campaign(title=text)) == bare


def test_every_text_of_a_message_is_looked_at() -> None:
    message = Campaign(
        title="{{ subscriber.a }}",
        body="{{ subscriber.b }}",
        link_url="https://shop.example/{{ subscriber.c }}",
        actions=[{"title": "{{ subscriber.d }}", "link": "/{{ subscriber.e }}"}],
    )
    assert list_bare_keys(message) == ["a", "b", "c", "d", "e"]


def test_an_empty_value_is_as_good_as_none(site: Site) -> None:
    values = [{"name": "Ana"}, {"name": ""}, {"name": None}, {}, {"name": 0}, {"name": False}]
    people = [factories.make_subscriber(site, attributes=attributes).pk for attributes in values]
    assert count_missing(["name"], people) == {"name": 3}


def test_an_attribute_of_its_name_does_not_stand_in_for_a_customer_id(site: Site) -> None:
    people = [factories.make_subscriber(site, attributes={"external_id": "u-1"}).pk]
    assert count_missing(["external_id"], people) == {"external_id": 1}


def test_a_field_of_the_profile_is_missing_unless_it_or_an_attribute_of_its_name_is_known(site: Site) -> None:
    people = [
        factories.make_subscriber(site, country="DE").pk,
        factories.make_subscriber(site, attributes={"country": "FR"}).pk,
        factories.make_subscriber(site).pk,
    ]
    assert count_missing(["country", "city"], people) == {"country": 1, "city": 3}


def test_whatever_a_key_is_called_it_is_only_a_key(site: Site) -> None:
    person = factories.make_subscriber(site, attributes={"a'b\"%s": "known"})
    assert count_missing(["a'b\"%s", "0", "id"], [person.pk]) == {"a'b\"%s": 0, "0": 1, "id": 1}


def test_a_dry_run_counts_those_who_would_get_a_version_without_what_it_says(
    site: Site, now: dt.datetime
) -> None:
    campaign = factories.make_campaign(site, title="Hello {{ subscriber.name }}")
    Variant.objects.create(
        campaign=campaign, letter="B", title="Hello {{ subscriber.name | default: 'there' }}"
    )
    for number in range(40):
        make_reachable(site, attributes={"name": "Ana"} if number % 2 else {})
    factories.make_subscriber(site)  # has no device: gets nothing
    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    assert done.summary is not None
    (missing,) = done.summary["missing"]
    assert missing["key"] == "name"
    assert 0 < missing["people"] < 20
