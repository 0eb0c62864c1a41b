"""Several segments side by side, through the management door."""

import datetime as dt
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from segments.looking import overlap as overlap_module
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_wrong
from tests.segments.looking.people_in_segments import START, at, fill_segments, make_segments, replay_steps

OVERLAP, DRIFT = "/api/v1/segments/overlap/", "/api/v1/segments/drift/"


def name(segments: list[Segment]) -> str:
    return ",".join(str(segment.pk) for segment in segments)


def ask(client: APIClient, address: str, **query: Any) -> Any:
    response = client.get(address, query)
    assert response.status_code == 200, response.json()
    return response.json()


def test_an_overlap_has_sizes_intersections_and_pairs(client: APIClient, site: Site) -> None:
    segments = make_segments(site, 2)
    first, second = (segment.pk for segment in segments)
    fill_segments(segments, "A", "A", "AB", "B", "B", "B", "")

    answer = ask(client, OVERLAP, ids=name(segments))

    assert answer == {
        "as_of": "2026-11-21T12:00:00Z",
        "exact": True,
        "segments": [
            {"id": first, "name": "Set A", "count": 3, "margin": 0},
            {"id": second, "name": "Set B", "count": 4, "margin": 0},
        ],
        "intersections": [
            {"segments": [second], "count": 3, "margin": 0},
            {"segments": [first], "count": 2, "margin": 0},
            {"segments": [first, second], "count": 1, "margin": 0},
        ],
        "pairs": [
            {"segments": [first, second], "count": 1, "margin": 0, "share": pytest.approx(1 / 3)},
            {"segments": [second, first], "count": 1, "margin": 0, "share": 0.25},
        ],
        "union": {"count": 6, "margin": 0},
        "none": {"count": 1, "margin": 0},
        "remarks": [],
    }


def test_an_estimate_has_margins(client: APIClient, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    segments = make_segments(site, 2)
    fill_segments(segments, *["AB"] * 300)
    monkeypatch.setattr(overlap_module, "MOST_AT_ONCE", 0)

    answer = ask(client, OVERLAP, ids=name(segments), exact="false")

    assert not answer["exact"]
    assert answer["union"]["margin"] > 0
    assert abs(answer["union"]["count"] - 300) <= answer["union"]["margin"]


def test_a_drift_has_courses_flows_and_moves(client: APIClient, site: Site) -> None:
    segments = make_segments(site, 2)
    first, second = (segment.pk for segment in segments)
    people = [factories.make_subscriber(site) for _ in range(2)]
    replay_steps(segments, people, [(0, 0, 1), (1, 0, 1), (0, 0, 9), (0, 1, 9)])

    answer = ask(client, DRIFT, ids=name(segments), since=at(5).isoformat(), until=at(20).isoformat())

    assert (answer["since"], answer["until"]) == ("2026-09-22T12:05:00Z", "2026-09-22T12:20:00Z")
    assert answer["flows"] == [
        {"before": [first], "after": [first], "count": 1, "margin": 0},
        {"before": [first], "after": [second], "count": 1, "margin": 0},
    ]
    course = answer["segments"][0]
    assert (course["before"], course["stayed"], course["left"], course["after"]) == (2, 1, 1, 1)
    assert {"before": first, "after": None, "count": 0, "margin": 0, "share": 0.0} in answer["moves"]
    assert {"before": first, "after": second, "count": 1, "margin": 0, "share": 0.5} in answer["moves"]


def test_without_instants_a_drift_is_that_of_the_last_30_days(client: APIClient, site: Site) -> None:
    answer = ask(client, DRIFT, ids=name(make_segments(site, 1)))

    since, until = (dt.datetime.fromisoformat(answer[key]) for key in ("since", "until"))
    assert until - since == dt.timedelta(days=30)


def test_ids_may_also_be_repeated(client: APIClient, site: Site) -> None:
    segments = make_segments(site, 2)

    response = client.get(f"{OVERLAP}?ids={segments[0].pk}&ids={segments[1].pk}")

    assert [each["id"] for each in response.json()["segments"]] == [segment.pk for segment in segments]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "Name the segments, like ?ids=3,5,8."),
        ({"ids": ""}, "Name the segments, like ?ids=3,5,8."),
        ({"ids": "1"}, "Choose 2 to 8 segments; you chose 1."),
        ({"ids": "1,two"}, "“two” is no id of a segment."),
        ({"ids": "999998,999999"}, "There is no segment 999998."),
        ({"ids": "1,\0"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(
    client: APIClient, query: dict[str, str], words: str
) -> None:
    response = client.get(OVERLAP, query)

    assert response.status_code == 400
    assert words in str(list_wrong(response)["ids"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "2199-01-01T00:00:00Z"}, "must lie before"),
        ({"until": "2199-01-01T00:00:00Z"}, "lies in the future"),
        ({"since": "0001-01-01T00:00:00+23:59"}, ""),
        ({"until": "0001-01-01T00:00:00+23:59"}, ""),
        ({"until": "1900-01-02T00:00:00Z"}, "after the year 1900"),
        ({"since": "1899-01-01T00:00:00Z"}, "between the years 1900 and 2200"),
        ({"since": "yesterday"}, ""),
    ],
)
def test_instants_that_make_no_sense_are_refused(
    client: APIClient, site: Site, query: dict[str, str], words: str
) -> None:
    response = client.get(DRIFT, {"ids": name(make_segments(site, 1)), **query})

    assert response.status_code == 400
    assert words in str(response.json())


def test_what_takes_too_long_is_stopped_and_says_what_to_do(
    client: APIClient, site: Site, settings: LazySettings
) -> None:
    settings.PREVIEW_TIMEOUT_MS = 0
    response = client.get(OVERLAP, {"ids": name(make_segments(site, 2))})

    assert response.status_code == 503
    assert "exact=false" in response.json()["detail"]


def test_comparing_takes_the_right_to_see_segments(connect: Connect, site: Site) -> None:
    ids = name(make_segments(site, 2))

    for address in (OVERLAP, DRIFT):
        assert connect("no such role").get(address, {"ids": ids}).status_code == 403
        assert connect("analyst").get(address, {"ids": ids}).status_code == 200


def test_the_start_of_the_log_is_no_start_of_a_segment(client: APIClient, site: Site) -> None:
    segments = make_segments(site, 1)
    before = START - dt.timedelta(days=1)

    answer = ask(client, DRIFT, ids=name(segments), since=before.isoformat())

    assert answer["remarks"] == [
        "“Set A” did not exist at the first moment: it was made on 22 Sep 2026, 14:00."
    ]
