"""Looking at one segment through the management door: sizes, freshness, members at a past instant and as a file."""

import csv
import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from segments.lists import add_members, remove_members
from segments.models import Membership, Segment
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_fields, list_wrong
from tests.segments.live import CART_TODAY, make_built

THEN = dt.datetime(2025, 3, 1, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(segment: Segment, path: str) -> str:
    return f"/api/v1/segments/{segment.pk}/{path}"


def make_past(site: Site) -> tuple[Segment, list[int]]:
    """Three people entered at THEN; the first left an hour later. Their ids."""
    segment = factories.make_list(site)
    people = [factories.make_subscriber(site, external_id=f"u-{number}").pk for number in range(3)]
    add_members(segment, people, now=THEN)
    remove_members(segment, people[:1], now=THEN + HOUR)
    return segment, people


def test_sizes_go_back_over_the_days_of_the_site(client: APIClient, site: Site) -> None:
    segment = factories.make_list(site)
    now = timezone.now()
    add_members(segment, [factories.make_subscriber(site).pk], now=now - dt.timedelta(days=1))
    add_members(segment, [factories.make_subscriber(site).pk], now=now)

    sizes = client.get(at(segment, "sizes/"), {"days": 30}).json()

    today = now.astimezone(dt.UTC)
    assert sizes["timezone"] == "Europe/Berlin"
    assert [(day["size"], day["entered"], day["left"]) for day in sizes["days"]] == [(1, 1, 0), (2, 1, 0)]
    assert sizes["days"][-1]["day"] == str(site.find_day(today))


@pytest.mark.parametrize("days", ["0", "367", "x"])
def test_a_number_of_days_that_makes_no_sense_is_refused(client: APIClient, site: Site, days: str) -> None:
    response = client.get(at(factories.make_segment(site), "sizes/"), {"days": days})

    assert (response.status_code, list_fields(response)) == (400, {"days"})


def test_freshness_says_for_when_members_are_right_and_when_time_moves_somebody(
    client: APIClient, site: Site
) -> None:
    now = timezone.now()
    factories.make_event(factories.make_subscriber(site), "add_to_cart", now - 20 * HOUR)
    segment = make_built(site, CART_TODAY, as_of=now)

    freshness = client.get(at(segment, "freshness/")).json()

    assert freshness["status"] == "ready"
    assert dt.datetime.fromisoformat(freshness["right_as_of"]) <= now
    assert freshness["lag_ms"] > 0
    assert dt.datetime.fromisoformat(freshness["next_turn_at"]) == now + 4 * HOUR
    assert freshness["next_turn_known"] is True
    assert freshness["ms_per_thousand"] is None


def test_a_segment_that_was_never_built_is_right_for_no_instant(client: APIClient, site: Site) -> None:
    freshness = client.get(at(factories.make_segment(site), "freshness/")).json()

    assert (freshness["right_as_of"], freshness["lag_ms"], freshness["build_ms"]) == (None, None, None)


def test_members_of_a_past_instant_come_page_by_page(client: APIClient, site: Site) -> None:
    segment, people = make_past(site)

    first = client.get(at(segment, "members/"), {"at": THEN.isoformat(), "page_size": "2"}).json()
    rest = client.get(first["next"]).json()

    assert first["count"] == 3
    assert [row["subscriber"] for row in (*first["results"], *rest["results"])] == people[::-1]
    assert first["results"][0]["label"] == "u-2"
    assert rest["next"] is None


def test_who_left_since_was_in_it_before(client: APIClient, site: Site) -> None:
    segment, people = make_past(site)

    later = client.get(at(segment, "members/"), {"at": (THEN + HOUR).isoformat()}).json()

    assert [row["subscriber"] for row in later["results"]] == people[:0:-1]
    assert later["count"] == 2


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2001-01-01T00:00:00Z", "Its members are known from"),
        ("2150-01-01T00:00:00Z", "That is still to come"),
        ("yesterday", "This must be a moment"),
        ("", "It is empty; leave it out."),
    ],
)
def test_an_instant_of_which_nothing_is_known_is_refused_in_words(
    client: APIClient, site: Site, instant: str, words: str
) -> None:
    response = client.get(at(make_past(site)[0], "members/"), {"at": instant})

    assert response.status_code == 400
    assert words in list_wrong(response)["at"][0]


@pytest.mark.parametrize(("name", "value"), [("cursor", "x"), ("cursor", "9" * 30), ("page_size", "0")])
def test_a_page_that_makes_no_sense_is_refused(client: APIClient, site: Site, name: str, value: str) -> None:
    response = client.get(at(make_past(site)[0], "members/"), {"at": THEN.isoformat(), name: value})

    assert (response.status_code, list_fields(response)) == (400, {name})


@pytest.mark.parametrize(("path", "query"), [("members.csv", {}), ("members/", {"format": "csv"})])
def test_members_are_streamed_as_a_file(
    connect: Connect, site: Site, path: str, query: dict[str, str]
) -> None:
    segment = factories.make_list(site)
    ana = factories.make_subscriber(site, external_id="=u")
    Membership.objects.create(segment=segment, subscriber=ana, entered_at=THEN)

    response = connect("analyst").get(at(segment, path), query)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))  # type: ignore[attr-defined]
    assert rows[1][:2] == [str(ana.pk), "'=u"]


def test_seeing_members_is_not_exporting_them(connect: Connect, site: Site) -> None:
    marketer = connect("marketer")
    segment = factories.make_list(site)

    assert marketer.get(at(segment, "members/")).status_code == 200
    assert marketer.get(at(segment, "members.csv")).status_code == 403


def test_what_is_asked_of_no_segment_is_not_found(client: APIClient, site: Site) -> None:
    for path in ("sizes/", "freshness/", "members.csv", "members/?at=2025-01-01T00:00:00Z"):
        assert client.get(f"/api/v1/segments/999999/{path}").status_code == 404
