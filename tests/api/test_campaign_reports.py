"""Reports and progress through the management door."""

import csv
import io

import pytest
from rest_framework.test import APIClient

from campaigns.models import Campaign, Delivery
from segments.models import Membership
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_wrong
from tests.campaigns.reports.reached import convert, reach
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Status = Delivery.Status


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """A campaign with everything that a report tells about."""
    campaign = factories.make_campaign(site, status="finished", launched_at=NOW)
    convert(reach(campaign, Status.CLICKED, kind="mobile", country="DE"), revenue=12.5)
    reach(campaign, Status.DISPLAYED, variant="B", occurrence=2)
    reach(campaign, Status.SKIPPED, reason="holdout", sent_at=None)
    return campaign


def at(campaign: Campaign, page: str) -> str:
    return f"/api/v1/campaigns/{campaign.pk}/{page}"


def read_csv(response: object) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_a_report_says_what_it_always_said(client: APIClient, campaign: Campaign) -> None:
    report = client.get(at(campaign, "report/")).json()

    assert (report["audience"], report["sent"], report["displayed"], report["clicked"]) == (3, 2, 2, 1)
    assert report["reasons"] == [
        {"status": "skipped", "reason": "holdout", "label": "Held out of this campaign", "count": 1}
    ]
    assert report["click_rate"] == 0.5
    assert report["by_hour"] == [{"hour": "2026-11-21T12:00:00Z", "sent": 2, "clicked": 1}]


def test_a_report_is_broken_down(client: APIClient, campaign: Campaign) -> None:
    report = client.get(at(campaign, "report/")).json()

    lines = report["breakdowns"]
    assert [(line["key"], line["figures"]["sent"]) for line in lines["variant"]] == [("A", 1), ("B", 1)]
    assert lines["country"][0]["label"] == "Germany"
    assert lines["device"][0]["click_rate"]["value"] == 1
    assert [step["people"] for step in report["funnel"]] == [3, 2, 2, 1, 1]
    assert report["credits"][0] == {
        "credit": "click", "label": "After a click", "people": 1, "conversions": 1, "revenue": 12.5,
    }  # fmt: skip
    assert [run["run"]["number"] for run in report["runs"]] == [2, 1]


def test_a_report_is_of_one_run(client: APIClient, campaign: Campaign) -> None:
    report = client.get(at(campaign, "report/"), {"occurrence": 2}).json()

    assert (report["occurrence"], report["audience"], report["clicked"]) == (2, 1, 0)


def test_a_report_is_broken_down_by_the_segments_asked_for(client: APIClient, campaign: Campaign) -> None:
    segment = factories.make_segment(campaign.site, name="VIPs")
    person = campaign.deliveries.get(status="clicked").subscriber_id
    Membership.objects.create(segment=segment, subscriber_id=person, entered_at=NOW)

    report = client.get(at(campaign, "report/"), {"segments": segment.pk}).json()

    assert [(line["key"], line["label"]) for line in report["breakdowns"]["segment"]] == [
        (str(segment.pk), "VIPs")
    ]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"occurrence": "7"}, "“7” is no run of this campaign. There are runs 1 to 2."),
        ({"occurrence": "x"}, "“x” is no run of this campaign."),
        ({"segments": "x"}, "“x” is no id of a segment."),
        ({"segments": "987654"}, "There is no segment 987654."),
    ],
)
def test_what_there_is_not_is_refused_with_words(
    client: APIClient, campaign: Campaign, query: dict[str, str], words: str
) -> None:
    answer = client.get(at(campaign, "report/"), query)

    assert answer.status_code == 400
    assert words in str(answer.json())


def test_segments_of_another_site_are_refused(client: APIClient, campaign: Campaign) -> None:
    foreign = factories.make_segment(factories.make_site())

    answer = client.get(at(campaign, "report/"), {"segments": foreign.pk})

    assert f"There is no segment {foreign.pk}." in str(list_wrong(answer)["segments"])


def test_a_report_is_kept_for_a_minute(client: APIClient, campaign: Campaign) -> None:
    first = client.get(at(campaign, "report/")).json()
    reach(campaign)
    second = client.get(at(campaign, "report/")).json()

    assert second["audience"] == 3
    assert second["as_of"] == first["as_of"]


def test_progress_tells_where_everybody_is(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, status="running")
    batch = campaign.batches.create(occurrence=1, due_at=NOW)
    reach(campaign)
    reach(campaign, Status.PLANNED, batch=batch)
    reach(campaign, Status.SENDING, batch=batch, timezone="Asia/Tokyo")

    progress = client.get(at(campaign, "progress/")).json()

    assert progress["status"] == "running"
    assert progress["run"]["number"] == 1
    assert (progress["outcomes"]["audience"], progress["outcomes"]["waiting"]) == (3, 2)
    everybody = progress["everybody"]
    assert (everybody["due"], everybody["sending"], everybody["sent"]) == (1, 1, 1)
    assert [(zone["timezone"], zone["sending"]) for zone in progress["zones"]] == [
        ("Europe/Berlin", 0),
        ("Asia/Tokyo", 1),
    ]


def test_a_draft_has_progress_too(client: APIClient, site: Site) -> None:
    progress = client.get(at(factories.make_campaign(site), "progress/")).json()

    assert (progress["status"], progress["run"], progress["outcomes"]["audience"]) == ("draft", None, 0)


def test_everybody_is_a_line_of_the_file(client: APIClient, campaign: Campaign) -> None:
    answer = client.get(at(campaign, "report.csv"))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = read_csv(answer)
    assert len(lines) == 3
    clicked = next(line for line in lines if line["status"] == "Clicked")
    assert (clicked["version"], clicked["clicked on"], clicked["device"]) == (
        "A",
        "the notification",
        "mobile",
    )
    assert (clicked["due at"], clicked["due at (local time)"]) == ("2026-11-21T12:00:00Z", "2026-11-21 13:00")
    assert (clicked["conversions"], clicked["revenue"]) == ("1", "12.5")
    skipped = next(line for line in lines if line["status"] == "Skipped")
    assert skipped["reason"] == "Held out of this campaign"


def test_the_file_may_be_of_one_run(client: APIClient, campaign: Campaign) -> None:
    assert [line["run"] for line in read_csv(client.get(at(campaign, "report.csv"), {"occurrence": 2}))] == [
        "2"
    ]


def test_a_spreadsheet_finds_no_formula_in_the_file(client: APIClient, campaign: Campaign) -> None:
    person = factories.make_subscriber(campaign.site, external_id="=HYPERLINK(1)")
    reach(campaign, person=person)

    lines = read_csv(client.get(at(campaign, "report.csv")))

    assert "'=HYPERLINK(1)" in {line["external id"] for line in lines}


def test_the_file_takes_the_right_to_export(connect: Connect, campaign: Campaign) -> None:
    assert connect("analyst").get(at(campaign, "report.csv")).status_code == 200
    assert connect("marketer").get(at(campaign, "report.csv")).status_code == 403


@pytest.mark.parametrize("page", ["report/", "progress/", "report.csv"])
def test_strangers_see_nothing(db: None, campaign: Campaign, page: str) -> None:
    assert APIClient().get(at(campaign, page)).status_code == 401


def test_the_lift_says_how_sure_it_is(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(
        site,
        status="finished",
        goal={"type": "event", "event": "purchase"},
        holdout_percent=50,
        launched_at=NOW,
    )
    convert(reach(campaign, Status.CLICKED))
    reach(campaign, Status.SKIPPED, reason="holdout")

    lift = client.get(at(campaign, "report/")).json()["lift"]

    assert (lift["meant"]["people"], lift["meant"]["converted"], lift["held_out"]["people"]) == (1, 1, 1)
    difference = lift["conversions"]["difference"]
    assert difference["low"] < difference["value"] == 1 < difference["high"] + 1
    assert any("too few to tell" in warning for warning in lift["warnings"])


def test_what_could_be_anything_is_null(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(
        site, goal={"type": "event", "event": "purchase"}, revenue_property="value", launched_at=NOW
    )
    reach(campaign)
    reach(campaign, Status.SKIPPED, reason="holdout")

    lift = client.get(at(campaign, "report/")).json()["lift"]

    assert lift["revenue"]["difference"] == {"value": 0, "low": None, "high": None}


def test_a_version_wins_by_hand(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, status="running", winner_by="hand")
    campaign.variants.create(letter="B", title="Hello")

    answer = client.post(at(campaign, "winner/"), {"variant": "B"})

    assert answer.status_code == 200
    campaign.refresh_from_db()
    assert campaign.winner == "B"


@pytest.mark.parametrize(
    ("variant", "words"), [("C", "There is no version “C”"), ("", "blank"), (None, "null")]
)
def test_a_version_there_is_not_cannot_win(
    client: APIClient, site: Site, variant: str | None, words: str
) -> None:
    campaign = factories.make_campaign(site, status="running", winner_by="hand")

    answer = client.post(at(campaign, "winner/"), {"variant": variant})

    assert answer.status_code == 400
    assert words in str(list_wrong(answer)["variant"])


def test_choosing_a_winner_takes_the_right_to_launch(connect: Connect, campaign: Campaign) -> None:
    assert connect("analyst").post(at(campaign, "winner/"), {"variant": "A"}).status_code == 403
