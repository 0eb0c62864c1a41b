"""Instants have bounds at every door: a filter that is out of them is refused with a sentence, never a 500."""

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.models import Site
from tests.factories import make_event, make_segment, make_subscriber, make_user

ODD = [
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z",
    "2200-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "-1", "1e400", "tomorrow", "2026-13-01T00:00:00Z", "\0", "٢٠٢٦",
    "2026-11-21T25:00:00Z", "+292277026596-01-01T00:00:00Z", "2026-11-21T10:00:00+99:99",
]  # fmt: skip
GOOD = [
    "2026-11-21T10:00:00Z",
    "2026-11-21 10:00",
    "2026-11-21",
    "2026-11-21T10:00:00+05:30",
    "1900-01-01T00:00:00Z",
]


@pytest.fixture
def staff(client: Client, site: Site) -> Client:
    client.force_login(make_user(is_superuser=True))
    client.raise_request_exception = False
    return client


def _list_addresses(site: Site) -> list[str]:
    person = make_subscriber(site)
    make_event(person, "purchase")
    return [
        "/api/v1/subscribers/?seen_since={}",
        f"/api/v1/subscribers/{person.pk}/events/?since={{}}",
        f"/api/v1/subscribers/{person.pk}/events/?before={{}}",
    ]


def test_filters_by_time_refuse_what_is_out_of_bounds_and_take_the_rest(site: Site, staff: Client) -> None:
    for address in _list_addresses(site):
        for text in ODD:
            answer = staff.get(address.format(quote(text)))
            assert answer.status_code == 400, (address, text)
            assert "must be" in answer.content.decode()
        for text in GOOD:
            assert staff.get(address.format(quote(text))).status_code == 200, (address, text)


def test_pages_with_a_moment_in_their_address_never_break(site: Site, staff: Client) -> None:
    person, segment, other = make_subscriber(site), make_segment(site), make_segment(site)
    addresses = [
        f"/admin/subscribers/subscriber/{person.pk}/timeline/?before={{}}",
        f"/admin/segments/segment/drift/?ids={segment.pk},{other.pk}&since={{}}",
        f"/admin/segments/segment/drift/?ids={segment.pk},{other.pk}&since=2026-11-01T00:00&until={{}}",
    ]
    for address in addresses:
        for text in [*ODD, *GOOD]:
            assert staff.get(address.format(quote(text))).status_code in {200, 302, 404}, (address, text)


def test_moments_in_rules_and_previews_are_bounded_too(site: Site, staff: Client) -> None:
    for text in (text for text in ODD if not text.startswith("2200")):  # the last that a rule can name
        root: dict[str, Any] = {"type": "event", "event": "purchase", "within": {"since": text}}
        for body in (
            {"site": site.pk, "rule": {"version": 1, "root": root}},
            {
                "site": site.pk,
                "rule": {"version": 1, "root": {**root, "within": {"last": {"days": 1}}}},
                "as_of": text,
            },
        ):
            answer = staff.post(
                "/api/v1/segments/preview/", json.dumps(body), content_type="application/json"
            )
            assert 400 <= answer.status_code < 500, body


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=st.datetimes(timezones=st.timezones() | st.none()))
def test_whatever_moment_is_asked_for_the_answer_is_a_list_or_a_sentence(
    staff: Client, moment: dt.datetime
) -> None:
    answer = staff.get(f"/api/v1/subscribers/?seen_since={quote(moment.isoformat())}")

    assert answer.status_code in {200, 400}
