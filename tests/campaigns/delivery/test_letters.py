"""Letters: what is the same for many is put together once, and each is what that person should read."""

import datetime as dt
import json
from typing import Any

import pytest

from campaigns.delivery.candidates import Candidate
from campaigns.delivery.letters import Desk, LetterWriter, find_needs
from campaigns.delivery.people import Needs, read_people
from campaigns.delivery.rows import ClaimedRow
from campaigns.models import Campaign, Variant
from campaigns.rendering import RenderingError, render_message
from campaigns.tokens import DeliveryKey, sign_token
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.people import make_reachable
from tests.factories import NOW

TEXTS = [
    "Hello",
    "Hello {{ subscriber.first_name }}",
    "Hello {{ subscriber.first_name | default: 'you' }} in {{ subscriber.city }}",
    "{% if subscriber.tier == 'gold' %}Dear{% endif %} {{ subscriber.orders | size }}",
    "{{ subscriber['odd key'] }} {{ subscriber.address.street }}",
    "{% for order in subscriber.orders %}{{ order }},{% endfor %}",
    "{{ subscriber }}",
    "{{ subscriber[subscriber.tier] }}",
]
PEOPLE: list[dict[str, Any]] = [
    {},
    {"city": "Berlin", "attributes": {"first_name": "Ada", "tier": "gold"}},
    {"city": "Rome", "attributes": {"city": "Roma", "first_name": None, "orders": [1, 2]}},
    {"attributes": {"odd key": "x", "address": {"street": "Elm"}, "first_name": '"é🔔\\'}},
    {"attributes": {"first_name": "Ada", "tier": "gold", "gold": "yes", "unused": "z"}},
]


def write(
    writer: LetterWriter, person: Subscriber, variant: str = "A", *, now: dt.datetime = NOW
) -> dict[str, Any]:
    found = read_people([person.pk], writer.needs)[person.pk]
    row = ClaimedRow(person.pk, 1, variant, NOW, "")
    letter = writer.write(Candidate(row, found, found.devices), now=now)
    content: dict[str, Any] = json.loads(letter.payload)
    return content


def open_writer(campaign: Campaign) -> LetterWriter:
    return Desk().find_writer(campaign, 1)


@pytest.mark.parametrize("text", TEXTS)
def test_each_letter_is_what_rendering_it_alone_would_give(site: Site, text: str) -> None:
    campaign = factories.make_campaign(site, title=f"T {text}", body=text)
    writer = open_writer(campaign)
    for values in PEOPLE:
        person = make_reachable(site, **values)
        person.refresh_from_db()  # in the order of keys that the database keeps
        token = sign_token(DeliveryKey(campaign.pk, 1, person.pk))
        alone = render_message(campaign, person, token=token, tag=f"c{campaign.pk}-1", now=NOW)
        assert write(writer, person) == json.loads(alone.to_payload())


def test_a_message_needs_only_what_it_says(site: Site) -> None:
    campaign = factories.make_campaign(
        site, title="{{ subscriber.first_name }}", body="{{ subscriber.city }}"
    )
    assert find_needs([campaign]) == Needs(("city", "first_name"))


def test_where_anything_may_be_said_everything_is_needed(site: Site) -> None:
    assert find_needs([factories.make_campaign(site, title="{{ subscriber }}")]) == Needs(None)


def test_everybody_gets_the_words_of_their_version(site: Site) -> None:
    campaign = factories.make_campaign(site, title="First")
    Variant.objects.create(campaign=campaign, letter="B", title="Second")
    writer, person = open_writer(campaign), make_reachable(site)
    assert [write(writer, person, letter)["title"] for letter in "ABA"] == ["First", "Second", "First"]


def test_the_topic_of_a_campaign_goes_before_our_own(site: Site) -> None:
    campaign = factories.make_campaign(site, topic="news")
    assert write(open_writer(campaign), make_reachable(site))["tag"] == "news"


def test_a_version_that_cannot_be_read_fails_those_who_drew_it_alone(site: Site) -> None:
    campaign = factories.make_campaign(site, title="Fine")
    Variant.objects.create(campaign=campaign, letter="B", title="{{ subscriber.name")
    writer, person = open_writer(campaign), make_reachable(site)
    with pytest.raises(RenderingError):
        write(writer, person, "B")
    assert write(writer, person)["title"] == "Fine"


def test_a_text_that_grows_too_long_for_one_person_is_cut_for_that_one_alone(site: Site) -> None:
    campaign = factories.make_campaign(site, body="{{ subscriber.note }}")
    writer = open_writer(campaign)
    assert write(writer, make_reachable(site, attributes={"note": "x" * 4000}))["body"].endswith("xxx…")
    assert write(writer, make_reachable(site))["body"] == ""


def test_a_link_that_grows_too_long_for_one_person_leaves_that_one_out_alone(site: Site) -> None:
    campaign = factories.make_campaign(site, link_url="/{{ subscriber.note }}")
    writer = open_writer(campaign)
    with pytest.raises(RenderingError, match="fit into a push"):
        write(writer, make_reachable(site, attributes={"note": "x" * 4000}))
    assert write(writer, make_reachable(site))["link"] == "/"


def test_what_tells_the_time_is_written_for_each_clock_and_each_turn(site: Site) -> None:
    campaign = factories.make_campaign(site, title="{{ 'now' | date: '%H:%M' }}")
    writer = open_writer(campaign)
    zones = ("Asia/Tokyo", "America/New_York", "", "Europe/Berlin", "Nowhere/None")
    people = [make_reachable(site, timezone=zone) for zone in zones]
    noon = [write(writer, person)["title"] for person in people]
    later = [write(writer, person, now=NOW + dt.timedelta(minutes=1))["title"] for person in people]
    assert noon == ["21:00", "07:00", "13:00", "13:00", "13:00"]
    assert later == ["21:01", "07:01", "13:01", "13:01", "13:01"]


def test_a_desk_keeps_the_writer_of_a_run_until_its_words_change(site: Site, now: dt.datetime) -> None:
    campaign, desk = factories.make_campaign(site, title="Before"), Desk()
    writer = desk.find_writer(campaign, 1)
    assert desk.find_writer(Campaign.objects.get(), 1) is writer
    assert desk.find_writer(campaign, 2) is not writer
    campaign.title = "After"
    assert write(desk.find_writer(campaign, 1), make_reachable(site))["title"] == "After"
