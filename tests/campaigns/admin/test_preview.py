"""The live preview and sending a test."""

import html
import json
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client

from campaigns.admin import testing_views
from campaigns.delivery.testing import TestResult
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, make_reachable, page_of, sign_in
from tests.campaigns.people import deliver_due, make_running
from tests.factories import NOW, make_campaign, make_site, make_subscriber

PREVIEW = "/admin/campaigns/campaign/preview/"
SAMPLES = "/admin/campaigns/campaign/samples/"
pytestmark = pytest.mark.django_db


def draw(client: Client, site: Site, **values: Any) -> str:
    response = client.post(PREVIEW, fill_in(site, **values))
    assert response.status_code == 200
    return response.content.decode()


def test_the_message_is_shown_as_a_subscriber_sees_it(site: Site) -> None:
    ada = make_subscriber(site, attributes={"first_name": "Ada"})

    drawing = draw(sign_in("marketer"), site, title="Hello {{ subscriber.first_name }}", sample=ada.pk)

    assert "Hello Ada" in drawing


def test_a_stranger_sees_the_fallback(site: Site) -> None:
    drawing = draw(sign_in("marketer"), site, title='Hello {{ subscriber.first_name | default: "friend" }}')

    assert "Hello friend" in drawing


@pytest.mark.parametrize(
    "text",
    [
        "Hello {{ subscriber.first_name }}",
        "{{ subscriber.size }}, {{ subscriber.first }} and {{ subscriber.last }} of {{ subscriber.tags.size }}",
        "{{ 100 | divided_by: subscriber.visits }} each",
        "{{ subscriber.note }}",
        "{{ 'now' | date: '%Y' }} & {{ subscriber.tags | join: ', ' }}",
    ],
)
def test_what_the_preview_shows_is_what_is_sent(site: Site, text: str) -> None:
    attributes = {"first_name": "Ada", "visits": 4, "note": "x" * 4000, "tags": ["a", "b"]}
    ada = make_reachable(site, attributes=attributes, timezone="Asia/Tokyo")
    shown = html.unescape(draw(sign_in("marketer"), site, body=text, sample=ada.pk))
    transport = MemoryTransport()
    make_running(site, body=text)
    deliver_due(now=NOW, transport=transport)

    assert json.loads(transport.sent[0].payload)["body"] in shown


def test_buttons_are_drawn(site: Site) -> None:
    assert "Shop now" in draw(sign_in("marketer"), site, button_1_text="Shop now")


def test_an_error_in_the_template_is_said_in_words(site: Site) -> None:
    drawing = draw(sign_in("marketer"), site, title="Hello {{ subscriber.first_name")

    assert "cannot be read" in drawing


def test_what_people_wrote_is_escaped(site: Site) -> None:
    assert "<script>" not in draw(sign_in("marketer"), site, title="<script>alert(1)</script>")


def test_somebody_of_another_site_is_not_shown(site: Site) -> None:
    stranger = make_subscriber(make_site(), attributes={"first_name": "Ada"})

    drawing = draw(sign_in("marketer"), site, title="Hello {{ subscriber.first_name }}", sample=stranger.pk)

    assert "Ada" not in drawing


def test_an_analyst_has_no_use_for_the_preview(site: Site) -> None:
    assert sign_in("analyst").post(PREVIEW, fill_in(site)).status_code == 403


def test_a_preview_without_a_site_asks_for_one(site: Site) -> None:
    assert sign_in("marketer").post(PREVIEW, {"site": "x"}).status_code == 400


@pytest.mark.parametrize("query", ["customer-7", "ada@", "Visitor {short}", "{short}"])
def test_a_sample_is_found_by_what_is_known_of_it(site: Site, query: str) -> None:
    ada = make_subscriber(site, external_id="customer-7", email="ada@shop.example")
    make_subscriber(site, external_id="customer-8")

    wanted = query.format(short=str(ada.uuid)[:8])
    found = sign_in("marketer").get(f"{SAMPLES}?site={site.pk}&q={wanted}").json()["results"]

    assert [sample["id"] for sample in found] == [ada.pk]


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Stands for the push service."""
    send_test = Mock(return_value=TestResult(ok=True, sentence="Sent to 1 device."))
    monkeypatch.setattr(testing_views, "send_test", send_test)
    return send_test


def test_a_test_goes_to_the_chosen_subscriber(site: Site, sender: Mock) -> None:
    campaign, ada = make_campaign(site), make_reachable(site)

    response = sign_in("marketer").post(page_of(campaign, "test"), {"subscriber": ada.pk})

    assert sender.call_args.args == (campaign, ada)
    assert "Sent to 1 device." in response.content.decode()


@pytest.mark.parametrize("chosen", ["", "x", "99999999999999999999"])
def test_a_test_needs_somebody_to_go_to(site: Site, sender: Mock, chosen: str) -> None:
    response = sign_in("marketer").post(page_of(make_campaign(site), "test"), {"subscriber": chosen})

    assert "Choose who should get the test." in response.content.decode()
    sender.assert_not_called()


def test_only_those_who_can_be_reached_are_offered(site: Site) -> None:
    make_subscriber(site, external_id="nobody-7")
    make_reachable(site, external_id="reachable-one")

    page = sign_in("marketer").get(page_of(make_campaign(site), "test")).content.decode()

    assert "reachable-one" in page
    assert "nobody-7" not in page
