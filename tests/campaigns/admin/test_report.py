"""Watching and reporting: the numbers add up, and every delivery can be looked at."""

import pytest

from campaigns.models import Campaign, Delivery
from subscribers.models import Site
from tests.campaigns.admin.pages import make_delivery, page_of, sign_in
from tests.factories import NOW, make_campaign, make_occurrence, make_segment, make_subscriber

pytestmark = pytest.mark.django_db
Status, Reason = Delivery.Status, Delivery.Reason


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """A finished campaign with every kind of outcome."""
    campaign = make_campaign(site, status="finished")
    for status in (Status.SENT, Status.SENT, Status.DISPLAYED, Status.CLICKED):
        make_delivery(campaign, status)
    make_delivery(campaign, Status.FAILED, Reason.GONE)
    make_delivery(campaign, Status.EXPIRED, Reason.TTL)
    make_delivery(campaign, Status.SKIPPED, Reason.NEVER_SUBSCRIBED, due_at=None)
    make_delivery(campaign, Status.SKIPPED, Reason.EXCLUDED, due_at=None)
    return campaign


def test_the_pieces_of_the_bar_are_the_audience(campaign: Campaign) -> None:
    context = sign_in("analyst").get(page_of(campaign, "report")).context

    counts = {share.key: share.count for share in context["shares"]}
    assert counts == {"sent": 4, "waiting": 0, "failed": 1, "expired": 1, "skipped": 2, "erased": 0}
    assert sum(counts.values()) == context["report"].audience
    assert round(sum(share.width for share in context["shares"])) == 100


def test_every_reason_is_named(campaign: Campaign) -> None:
    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "8 in the audience = 4 sent + 1 failed + 1 expired + 2 skipped." in page
    for reason in (Reason.GONE, Reason.TTL, Reason.NEVER_SUBSCRIBED, Reason.EXCLUDED):
        assert reason.label.replace("'", "&#x27;") in page


def test_the_picture_has_a_table_beside_it(campaign: Campaign) -> None:
    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "Sent and clicked by hour</title>" in page
    assert "The same as a table" in page


@pytest.mark.parametrize(
    ("query", "count"), [("", 8), ("?status=sent", 2), ("?reason=gone", 1), ("?status=nonsense", 8)]
)
def test_deliveries_are_filtered(campaign: Campaign, query: str, count: int) -> None:
    context = sign_in("analyst").get(page_of(campaign, "report") + query).context

    assert len(context["deliveries"].rows) == count


def test_deliveries_come_in_pages(site: Site) -> None:
    campaign = make_campaign(site, status="finished")
    for _ in range(51):
        person = make_subscriber(site)
        make_delivery(campaign, Status.SKIPPED, Reason.NEVER_SUBSCRIBED, subscriber=person, due_at=None)
    client = sign_in("analyst")

    first = client.get(page_of(campaign, "report")).context["deliveries"]
    second = client.get(page_of(campaign, "report"), {"after": first.next}).context["deliveries"]

    assert (len(first.rows), len(second.rows)) == (50, 1)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert second.next == ""


def test_progress_is_read_as_json(campaign: Campaign) -> None:
    progress = sign_in("analyst").get(page_of(campaign, "progress")).json()

    assert progress["status"] == "finished"
    assert (
        progress["sentence"]
        == "Finished. 6 of 6 done: 4 sent, 2 failed or expired, 0 waiting. 2 people left out."
    )
    numbers = progress["numbers"]
    assert numbers["audience"] == sum(
        numbers[key] for key in ("waiting", "sent", "failed", "expired", "skipped")
    )


def test_a_reason_for_a_pause_is_shown(site: Site) -> None:
    campaign = make_campaign(site, status="paused", status_reason="The push service refuses our key.")

    page = sign_in("analyst").get(page_of(campaign)).content.decode()

    assert "The push service refuses our key." in page


@pytest.mark.parametrize("status", ["draft", "scheduled"])
def test_a_campaign_without_deliveries_has_a_report(site: Site, status: str) -> None:
    campaign = make_campaign(site, status=status)

    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "Nothing was sent so far." in page


def test_a_report_may_be_about_one_run(site: Site) -> None:
    campaign = make_campaign(site, status="running")
    make_delivery(campaign, Status.CLICKED, occurrence=1)
    make_delivery(campaign, Status.SENT, occurrence=2)
    client = sign_in("analyst")

    both = client.get(page_of(campaign, "report"))
    second = client.get(page_of(campaign, "report"), {"occurrence": "2"})

    assert (both.context["report"].audience, second.context["report"].audience) == (2, 1)
    assert len(second.context["deliveries"].rows) == 1
    assert "Run by run" in both.content.decode()


def test_a_run_there_is_not_leads_back_to_the_whole_report(campaign: Campaign) -> None:
    response = sign_in("analyst").get(page_of(campaign, "report"), {"occurrence": "9"}, follow=True)

    assert "“9” is no run of this campaign." in response.content.decode()


def test_a_report_is_broken_down_by_the_campaign_s_segments_or_those_chosen(campaign: Campaign) -> None:
    vips, others = (make_segment(campaign.site, name=name) for name in ("VIPs", "Others"))
    campaign.include_segments.add(vips)
    client = sign_in("analyst")

    assert client.get(page_of(campaign, "report")).context["chosen"] == {vips.pk}
    query = {"segments": ["", str(others.pk)]}
    assert client.get(page_of(campaign, "report"), query).context["chosen"] == {others.pk}


def test_a_goal_brings_conversions_and_the_difference_made(site: Site) -> None:
    campaign = make_campaign(
        site, status="finished", goal={"type": "event", "event": "purchase"}, revenue_property="value"
    )
    make_delivery(campaign, Status.CLICKED)
    make_delivery(campaign, Status.SKIPPED, Reason.HOLDOUT)

    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "Conversions</h2>" in page
    assert "Only 1 people are held out: too few to tell anything." in page


def test_everybody_can_be_downloaded_by_those_who_may(campaign: Campaign) -> None:
    file = sign_in("analyst").get(page_of(campaign, "report_csv"))

    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 + 8
    assert sign_in("marketer").get(page_of(campaign, "report_csv")).status_code == 403
    assert "Download everybody" not in sign_in("marketer").get(page_of(campaign, "report")).content.decode()


def test_progress_names_time_zones_and_what_moves(site: Site) -> None:
    campaign = make_campaign(site, status="running")
    batch = campaign.batches.create(occurrence=1, due_at=NOW)
    make_delivery(campaign, Status.SENT, timezone="Europe/Berlin")
    make_delivery(campaign, Status.PLANNED, batch=batch, timezone="Asia/Tokyo")
    campaign.occurrences.update(audience=2, planned_at=NOW)

    page = sign_in("analyst").get(page_of(campaign)).content.decode()

    for words in ("Due now", "Time left", "Asia/Tokyo", "By time zone"):
        assert words in page


def test_planning_is_seen(site: Site) -> None:
    campaign = make_campaign(site, status="scheduled")
    person = make_subscriber(site)
    make_occurrence(campaign, planned_through=person.pk)

    progress = sign_in("analyst").get(page_of(campaign, "progress")).json()

    assert progress["sentence"].startswith("Planning: 100% of the people have been gone through.")


def test_the_page_is_loaded_anew_when_more_than_figures_change(campaign: Campaign) -> None:
    client = sign_in("analyst")
    before = client.get(page_of(campaign, "progress")).json()["state"]
    Campaign.objects.filter(pk=campaign.pk).update(status="cancelled")

    assert client.get(page_of(campaign, "progress")).json()["state"] != before


def test_a_version_wins_by_hand(site: Site) -> None:
    campaign = make_campaign(site, status="running", winner_by="hand")
    campaign.variants.create(letter="B", title="Hello")
    client = sign_in("marketer")

    page = client.get(page_of(campaign)).content.decode()
    answer = client.post(page_of(campaign, "winner"), {"variant": "B"}, follow=True).content.decode()

    assert "Send version B to the others" in page
    assert "Version B won" in answer
    assert "Send version B to the others" not in answer


def test_only_who_may_launch_chooses_a_winner(site: Site) -> None:
    campaign = make_campaign(site, status="running", winner_by="hand")
    campaign.variants.create(letter="B", title="Hello")
    client = sign_in("analyst")

    assert "Send version B" not in client.get(page_of(campaign)).content.decode()
    assert client.post(page_of(campaign, "winner"), {"variant": "B"}).status_code == 403


def test_a_winner_that_cannot_be_chosen_is_refused_in_words(site: Site) -> None:
    campaign = make_campaign(site, status="running")

    answer = sign_in("marketer").post(page_of(campaign, "winner"), {"variant": "B"}, follow=True)

    assert "This campaign has no winner to choose" in answer.content.decode()
