"""Every status says what is true: what waits, what is done, of whom, and whether a winner is still to come."""

import datetime as dt
from typing import Any

import pytest

from campaigns.admin.progress_words import say_aloud, say_progress
from campaigns.admin.winner_words import describe_winner
from campaigns.delivery.claims import claim_chunk
from campaigns.drafts import set_variants
from campaigns.lifecycle import cancel_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery, Variant
from campaigns.planning import plan_campaign
from campaigns.reports import read_progress
from config.overview import read_campaigns
from subscribers.models import Site
from tests.campaigns.admin.pages import make_reachable, page_of, sign_in
from tests.factories import NOW, make_campaign, make_subscriber

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
PEOPLE, STRANGERS = 4, 3
TOMORROW: dict[str, Any] = {
    "schedule": "local",
    "local_date": dt.date(2026, 11, 22),
    "local_time": dt.time(9),
}


def make_crowd(site: Site) -> None:
    """Some who can be reached in Berlin, and some who never allowed notifications."""
    for _ in range(PEOPLE):
        make_reachable(site, timezone="Europe/Berlin")
    for _ in range(STRANGERS):
        make_subscriber(site)


def launch(site: Site, **values: Any) -> Campaign:
    make_crowd(site)
    campaign = make_campaign(site, status="scheduled", launched_at=NOW, **values)
    plan_campaign(campaign, now=NOW)
    campaign.refresh_from_db()
    return campaign


def send(campaign: Campaign, count: int, *, now: dt.datetime = NOW) -> None:
    waiting = campaign.deliveries.filter(status="planned")
    chosen = list(waiting.values_list("subscriber_id", flat=True)[:count])
    waiting.filter(subscriber__in=chosen).update(status="sent", sent_at=now)


def say(campaign: Campaign, *, now: dt.datetime = NOW) -> tuple[str, str]:
    campaign.refresh_from_db()
    progress = read_progress(campaign, now=now)
    return say_progress(campaign, progress, now=now), say_aloud(campaign, progress)


def test_tomorrows_campaign_is_scheduled_and_nothing_of_it_is_done(site: Site) -> None:
    campaign = launch(site, **TOMORROW)
    assert campaign.status == Campaign.Status.SCHEDULED
    sentence, aloud = say(campaign)
    assert sentence == (
        "Scheduled. Nothing was sent so far. It goes to 4 people; "
        "the first are due on 22 Nov 2026, 09:00 (Europe/Berlin)."
    )
    assert aloud == "Scheduled."
    (line,) = read_campaigns(list(Site.objects.all()))
    assert line.share is None


def test_a_campaign_runs_from_the_instant_at_which_its_first_message_is_due(site: Site) -> None:
    campaign = launch(site, **TOMORROW)
    due_at = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
    assert claim_chunk(now=due_at - dt.timedelta.resolution, size=10) is None
    assert say(campaign)[0].startswith("Scheduled.")
    claim = claim_chunk(now=due_at, size=10)
    assert claim is not None
    assert len(claim.rows) == PEOPLE
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.RUNNING


def test_what_goes_out_at_once_runs_at_once(site: Site) -> None:
    campaign = launch(site)
    assert campaign.status == Campaign.Status.RUNNING
    assert say(campaign) == (
        "Running. 0 of 4 done: 0 sent, 4 waiting. 3 people left out.",
        "Running. 0% done.",
    )


def test_people_who_are_skipped_are_no_progress(site: Site) -> None:
    campaign = launch(site)
    send(campaign, 1)
    assert say(campaign) == (
        "Running. 1 of 4 done: 1 sent, 3 waiting. 3 people left out.",
        "Running. 25% done.",
    )
    (line,) = read_campaigns(list(Site.objects.all()))
    assert line.share == 25
    answer = sign_in(is_superuser=True).get(f"/api/v1/campaigns/{campaign.pk}/progress/").json()
    assert answer["share"] == 0.25


def test_a_campaign_that_reaches_nobody_is_finished_and_says_so(site: Site) -> None:
    make_subscriber(site)
    campaign = make_campaign(site, status="scheduled", launched_at=NOW, **TOMORROW)
    plan_campaign(campaign, now=NOW)
    assert say(campaign) == ("Finished. Nobody is sent to. 1 person left out.", "Finished.")


def test_a_paused_campaign_goes_on_as_what_it_was(site: Site) -> None:
    campaign = launch(site, **TOMORROW)
    pause_campaign(campaign, now=NOW)
    assert say(campaign) == ("Paused. 0 of 4 done: 0 sent, 4 waiting. 3 people left out.", "Paused. 0% done.")
    assert resume_campaign(campaign, now=NOW).status == Campaign.Status.SCHEDULED
    pause_campaign(campaign, now=NOW)
    assert resume_campaign(campaign, now=NOW + DAY).status == Campaign.Status.RUNNING


def test_one_that_was_paused_before_it_was_planned_says_that_nothing_was_sent(site: Site) -> None:
    campaign = make_campaign(site, status="paused", launched_at=NOW)
    assert say(campaign) == ("Paused. Nothing was sent so far.", "Paused.")


@pytest.mark.parametrize(
    ("sent", "words"), [(0, "Nobody was sent it."), (1, "1 person had been sent it; nobody else will be.")]
)
def test_a_cancelled_campaign_is_not_done(site: Site, sent: int, words: str) -> None:
    campaign = launch(site)
    send(campaign, sent)
    cancel_campaign(campaign, now=NOW)
    assert say(campaign) == (f"Cancelled. {words}", "Cancelled.")
    assert read_campaigns(list(Site.objects.all()))[0].share is None


def test_one_that_was_cancelled_before_it_was_planned_sent_nothing(site: Site) -> None:
    campaign = make_campaign(site, status="scheduled", launched_at=NOW, **TOMORROW)
    cancel_campaign(campaign, now=NOW)
    assert say(campaign) == ("Cancelled. Nobody was sent it.", "Cancelled.")


@pytest.mark.parametrize("undecided", list(Campaign.Undecided))
@pytest.mark.parametrize("winner_by", ["clicks", "conversions", "hand"])
@pytest.mark.parametrize("status", list(Campaign.Status))
def test_only_a_campaign_under_way_promises_a_winner(
    site: Site, status: str, winner_by: str, undecided: str
) -> None:
    campaign = make_campaign(site, status=status, launched_at=NOW, winner_by=winner_by, undecided=undecided)
    set_variants(campaign, [Variant(title="Another")])
    words = describe_winner(campaign, read_progress(campaign, now=NOW))
    assert words is not None
    is_open = status in ("draft", "scheduled", "running", "paused")
    assert words.is_open == is_open
    text = " ".join([words.title, *words.sentences])
    assert ("others wait" in text) == is_open
    if not is_open:
        assert words.title == "No winner"
    if status not in ("draft", "finished"):
        page = sign_in("marketer", is_superuser=True).get(page_of(campaign)).content.decode()
        assert ("to the others</button>" in page) == is_open
        assert words.title in page


def test_a_cancelled_campaign_promises_no_winner(site: Site) -> None:
    campaign = launch(site, winner_by="clicks", test_percent=50)
    set_variants(campaign, [Variant(title="Another")])
    cancel_campaign(campaign, now=NOW)
    page = sign_in("marketer").get(page_of(campaign)).content.decode()
    assert "It was cancelled before there was one." in page
    assert "Looking for the winner" not in page


def test_a_winner_that_was_settled_is_named_whatever_came_after(site: Site) -> None:
    for status in ("running", "paused", "finished", "cancelled"):
        campaign = make_campaign(
            site, status=status, winner_by="clicks", winner="B", winner_note="By far.", winner_chosen_at=NOW
        )
        words = describe_winner(campaign, read_progress(campaign, now=NOW))
        assert words is not None
        assert (words.title, words.sentences) == (
            "Version B won", ["By far.", "Settled on 21 Nov 2026, 13:00 (Europe/Berlin)."],
        )  # fmt: skip


def test_failures_are_done_and_told_apart_from_what_was_sent(site: Site) -> None:
    campaign = launch(site)
    send(campaign, 1)
    one = campaign.deliveries.filter(status="planned").first()
    assert one is not None
    Delivery.objects.filter(pk=one.pk).update(status="failed", reason="gone")
    assert say(campaign)[0] == (
        "Running. 2 of 4 done: 1 sent, 1 failed or expired, 2 waiting. 3 people left out."
    )
