"""The pages of segments side by side: what they show, to whom, and where they lead."""

import datetime as dt
import re

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from segments.looking import overlap as overlap_module
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.segments.looking.people_in_segments import fill_segments, make_segments, replay_steps

HERE = "/admin/segments/segment/"
OVERLAP, DRIFT, ADD = f"{HERE}overlap/", f"{HERE}drift/", f"{HERE}add/"


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


@pytest.fixture
def segments(site: Site) -> list[Segment]:
    made = make_segments(site, 3)
    fill_segments(made, "A", "A", "AB", "ABC", "")
    return made


def sign_in(*groups: str) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups))
    return client


def join(segments: list[Segment]) -> str:
    return ",".join(str(segment.pk) for segment in segments)


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


# --- Choosing -------------------------------------------------------------------


def test_boxes_that_were_ticked_become_an_address_that_can_be_shared(
    marketer: Client, segments: list[Segment]
) -> None:
    ticked = "&".join(f"ids={segment.pk}" for segment in segments)

    assert marketer.get(f"{OVERLAP}?{ticked}").headers["Location"] == f"{OVERLAP}?ids={join(segments)}"
    assert marketer.get(f"{DRIFT}?{ticked}&period=week").headers["Location"] == (
        f"{DRIFT}?ids={join(segments)}&period=week"
    )


@pytest.mark.parametrize("page", [OVERLAP, DRIFT])
@pytest.mark.parametrize("ids", ["x", "999999", "1,2,3,4,5,6,7,8,9", "1%00", "٣"])
def test_a_choice_that_makes_no_sense_is_explained_and_can_be_mended(
    marketer: Client, segments: list[Segment], page: str, ids: str
) -> None:
    text = text_of(marketer, f"{page}?ids={ids}")

    assert 'role="alert"' in text
    assert text.count('name="ids" value=') >= len(segments)


def test_one_segment_is_the_first_of_a_choice(marketer: Client, segments: list[Segment]) -> None:
    text = text_of(marketer, f"{OVERLAP}?ids={segments[0].pk}")

    assert "Choose at least one more" in text
    assert f'value="{segments[0].pk}" checked' in text


def test_segments_of_the_chosen_site_alone_are_offered(marketer: Client, segments: list[Segment]) -> None:
    other = factories.make_segment(factories.make_site(name="Zoo"), name="Visitors")

    assert "Visitors" not in text_of(marketer, f"{OVERLAP}?ids={join(segments)}")
    assert "Visitors" in text_of(marketer, f"{OVERLAP}?site={other.site_id}")


# --- Overlap --------------------------------------------------------------------


def test_the_figures_stand_in_the_picture_the_table_and_the_text(
    marketer: Client, segments: list[Segment]
) -> None:
    text = text_of(marketer, f"{OVERLAP}?ids={join(segments)}")

    assert 'aria-label="only Set A: 2 people. Save them as a segment"' in text
    assert "In at least one of these segments: 4," in text
    assert "in none of them: 1." in text
    assert re.search(r"are in Set A and in Set B, 50 %", text)


def test_a_column_leads_to_a_form_with_its_people_as_the_rule(
    marketer: Client, segments: list[Segment]
) -> None:
    first, second, third = (segment.pk for segment in segments)
    address = f"{ADD}?within={first},{second}&without={third}"

    assert escape(address) in text_of(marketer, f"{OVERLAP}?ids={join(segments)}")
    initial = marketer.get(address).context["adminform"].form.initial
    assert initial["name"] == "Set A and Set B, not Set C"
    assert initial["rule"]["root"]["conditions"] == [
        {"type": "segment", "segment": first, "member": True},
        {"type": "segment", "segment": second, "member": True},
        {"type": "segment", "segment": third, "member": False},
    ]


def test_a_form_that_is_to_combine_nonsense_is_empty(marketer: Client, segments: list[Segment]) -> None:
    for query in ("within=x", "within=999999", f"within={segments[0].pk}&without=x", "without=1"):
        assert "rule" not in marketer.get(f"{ADD}?{query}").context["adminform"].form.initial


def test_whoever_may_not_save_segments_sees_the_figures_without_the_links(segments: list[Segment]) -> None:
    text = text_of(sign_in("analyst"), f"{OVERLAP}?ids={join(segments)}")

    assert 'aria-label="only Set A: 2 people"' in text
    assert "within=" not in text


@pytest.mark.parametrize("page", [OVERLAP, DRIFT])
def test_comparing_takes_the_right_to_see_segments(db: None, page: str) -> None:
    assert sign_in().get(page).status_code == 403


def test_an_estimate_says_so_and_leads_to_the_exact_figures(
    marketer: Client, segments: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlap_module, "MOST_AT_ONCE", 0)
    address = f"{OVERLAP}?ids={join(segments)}"

    assert "Estimated from a sample of people" in text_of(marketer, address)
    assert escape(f"{address}&exact=1") in text_of(marketer, address)
    assert "Estimated" not in text_of(marketer, f"{address}&exact=1")


def test_what_takes_too_long_says_so_instead_of_failing(
    marketer: Client, segments: list[Segment], settings: LazySettings
) -> None:
    settings.PREVIEW_TIMEOUT_MS = 0

    assert "There is too much to count" in text_of(marketer, f"{OVERLAP}?ids={join(segments)}")


def test_eight_segments_take_no_more_queries_than_two(marketer: Client, site: Site) -> None:
    segments = make_segments(site, 8)
    fill_segments(segments, "ABCDEFGH", "A", "B", "CD")
    with CaptureQueriesContext(connection) as for_two:
        text_of(marketer, f"{OVERLAP}?ids={join(segments[:2])}")
    with CaptureQueriesContext(connection) as for_eight:
        text_of(marketer, f"{OVERLAP}?ids={join(segments)}")

    assert len(for_eight) == len(for_two)


def test_names_are_written_as_text(marketer: Client, segments: list[Segment]) -> None:
    Segment.objects.filter(pk=segments[0].pk).update(name='<script>alert("x")</script>')

    for page in (OVERLAP, DRIFT):
        assert "<script>alert" not in text_of(marketer, f"{page}?ids={join(segments)}")


# --- Movement -------------------------------------------------------------------


def move_to_and_fro(site: Site) -> list[Segment]:
    segments = make_segments(site, 2)
    people = [factories.make_subscriber(site) for _ in range(3)]
    replay_steps(segments, people, [(0, 0, 1), (1, 0, 1), (0, 0, 100), (0, 1, 100), (2, 1, 100)])
    return segments


def test_movement_between_two_moments_on_the_sites_clock_is_shown(marketer: Client, site: Site) -> None:
    segments = move_to_and_fro(site)  # from 22 September 2026, 14:00 in Berlin on

    response = marketer.get(f"{DRIFT}?ids={join(segments)}&since=2026-09-22T14:30&until=2026-09-22T16:00")

    flows = [(before, after, flow.size.count) for before, after, flow in response.context["flows"]]
    assert flows == [("none", "B", 1), ("A", "A", 1), ("A", "B", 1)]
    assert "From 22 Sep 2026, 14:30 to 22 Sep 2026, 16:00." in response.content.decode()


@pytest.mark.parametrize(("period", "days"), [("week", 7), ("month", 30), ("quarter", 91), ("nonsense", 30)])
def test_a_period_ends_now(marketer: Client, segments: list[Segment], period: str, days: int) -> None:
    drift = marketer.get(f"{DRIFT}?ids={join(segments)}&period={period}").context["answer"]

    assert drift.until - drift.since == dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "is no moment"),
        ("since=0001-01-01T00:00", "is no moment"),
        ("since=1899-01-01T00:00", "must be in the year 1900 or later"),
        ("until=2026-01-01T00:00", "Say from when on."),
        ("since=2199-01-01T00:00", "must lie before"),
        ("since=2026-01-01T00:00&until=9999-12-31T23:59", "must be before the year 2200"),
        ("since=9999-12-31T23:59-23:59", "is no moment"),
    ],
)
def test_moments_that_make_no_sense_are_explained(
    marketer: Client, segments: list[Segment], query: str, words: str
) -> None:
    assert words in text_of(marketer, f"{DRIFT}?ids={join(segments)}&{query}")


def test_segments_in_which_nobody_ever_was_have_no_picture(marketer: Client, site: Site) -> None:
    assert "Nobody was or is in any of them." in text_of(
        marketer, f"{DRIFT}?ids={join(make_segments(site, 2))}"
    )
