"""Clocks that are wrong: what devices say of times is put right by when, by the same clock, they send."""

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.authtoken.models import Token

from subscribers.models import Site, Subscriber
from tests.factories import NOW, make_user
from tests.tracking.requests import attributes, body, event, page, post, send, subscribe
from tracking.clocks import TOLERATED, correct, measure_skew
from tracking.draining import drain_inbox
from tracking.ingestion import accept_backend_request
from tracking.models import Event

DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)


def _times(site: Site, *operations: Any, **values: Any) -> list[dt.datetime]:
    answer = send(site, *operations, **values)
    assert answer.accepted == len(operations)
    drain_inbox(now=NOW)
    return sorted(Event.objects.values_list("occurred_at", flat=True))


@pytest.mark.parametrize(
    "off", [DAY, -DAY, 60 * SECOND, -60 * SECOND, 20_000 * DAY, -20_000 * DAY, 400 * DAY, HOUR]
)
def test_times_are_corrected_by_how_far_the_devices_clock_is_off(site: Site, off: dt.timedelta) -> None:
    """Also of what waited there for days: it was written down by the same clock."""
    happened = [NOW - 3 * DAY, NOW - HOUR, NOW]
    told = [event(at=(at - off).isoformat()) for at in happened]

    assert _times(site, *told, sent_at=(NOW - off).isoformat()) == happened


@pytest.mark.parametrize("off", [0 * SECOND, SECOND, -SECOND, TOLERATED, -TOLERATED])
def test_a_request_that_is_under_way_for_some_seconds_moves_nothing(site: Site, off: dt.timedelta) -> None:
    at = NOW - HOUR

    assert _times(site, event(at=at.isoformat()), sent_at=(NOW - off).isoformat()) == [at]


@pytest.mark.parametrize(
    "sent_at", [None, "", "yesterday", 7, True, [], {}, "2026-02-30T10:00:00Z", "9" * 5000, 1.5e18]
)
def test_without_a_readable_sent_at_times_stay_as_they_are(site: Site, sent_at: Any) -> None:
    at = NOW - DAY
    answer = send(site, event(at=at.isoformat()), page(), sent_at=sent_at)
    drain_inbox(now=NOW)

    assert sorted(Event.objects.values_list("occurred_at", flat=True)) == [at, NOW]
    assert [warning.id for warning in answer.warnings] == ([] if sent_at is None else [None])
    assert all("sent_at: must be a date and time" in warning.warning for warning in answer.warnings)


def test_nothing_happens_later_than_it_arrives_whatever_the_correction_gives(site: Site) -> None:
    told = event(at=(NOW - DAY + HOUR).isoformat())

    assert _times(site, told, sent_at=(NOW - DAY).isoformat()) == [NOW]


def test_an_operation_without_a_time_happened_when_it_arrived_whatever_the_clock_shows(site: Site) -> None:
    assert _times(site, event(), sent_at="1970-01-01T00:00:07Z") == [NOW]


def test_a_clock_that_began_anew_in_1970_tells_times_all_the_same(site: Site) -> None:
    assert _times(site, event(at="1970-01-01T00:01:00Z"), sent_at="1970-01-01T00:03:00Z") == [
        NOW - 120 * SECOND
    ]


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59-14:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("2200-01-01T00:00:00Z", None),
        ("1999-12-31T23:59:59.999999Z", None),
    ],
)
def test_a_time_that_no_clock_shows_is_refused_with_a_sentence_and_its_neighbour_is_taken(
    site: Site, at: str, sent_at: str | None
) -> None:
    answer = send(site, event(at=at), page(), sent_at=sent_at)

    assert (answer.accepted, len(answer.rejected)) == (1, 1)
    assert "at: must be" in answer.rejected[0].error
    assert drain_inbox(now=NOW)[:3] == (1, 1, 0)


def test_every_kind_of_operation_is_corrected(site: Site) -> None:
    wrong = (NOW - DAY - HOUR).isoformat()
    told = [event(at=wrong), page(at=wrong), subscribe(at=wrong), {**attributes(tier="gold"), "at": wrong}]

    assert _times(site, *told, sent_at=(NOW - DAY).isoformat()) == [NOW - HOUR] * 3
    assert Subscriber.objects.get().attributes == {"tier": "gold"}


def test_a_backends_times_are_corrected_too(site: Site) -> None:
    told = {**event(at=(NOW - 2 * DAY).isoformat()), "external_id": "u-1"}
    accept_backend_request(
        site=site, body={"operations": [told], "sent_at": (NOW - DAY).isoformat()}, now=NOW
    )
    drain_inbox(now=NOW)

    assert Event.objects.get().occurred_at == NOW - DAY


def test_both_doors_read_it_and_a_beacons_plain_text_too(site: Site) -> None:
    now = dt.datetime.now(dt.UTC)
    told = event(at=(now - 2 * DAY).isoformat())
    content = json.dumps(body(site, told, sent_at=(now - DAY).isoformat())).encode()
    assert post(content, content_type="text/plain;charset=UTF-8").status_code == 202

    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="add_event"))
    answer = Client().post(
        "/api/v1/track/",
        json.dumps({
            "site": site.pk,
            "sent_at": (now - DAY).isoformat(),
            "operations": [{**event(at=(now - 2 * DAY).isoformat()), "external_id": "u-1"}],
        }),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user)}",
    )  # fmt: skip
    assert answer.status_code == 202
    drain_inbox(now=dt.datetime.now(dt.UTC))

    for at in Event.objects.values_list("occurred_at", flat=True):
        assert abs(at - (now - DAY)) < dt.timedelta(minutes=1)


@given(sent_at=st.datetimes(timezones=st.just(dt.UTC)), at=st.datetimes(timezones=st.just(dt.UTC)))
def test_the_distance_to_the_sending_is_what_counts(sent_at: dt.datetime, at: dt.datetime) -> None:
    behind = measure_skew(sent_at.isoformat(), now=NOW).behind
    try:
        corrected = correct(at, behind)
    except ValueError:
        return

    off = NOW - sent_at
    assert corrected == (at if abs(off) <= TOLERATED else NOW - (sent_at - at))
