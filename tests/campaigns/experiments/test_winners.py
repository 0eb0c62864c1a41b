"""The winner is decided once, when the test is over, or by hand; then those who wait get it at their time."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from campaigns.assignment import is_tested
from campaigns.experiments import WinnerError, choose_due_winners, choose_winner
from campaigns.models import Batch, Campaign, Conversion, Delivery, Occurrence, Variant
from subscribers.ids import take_ids
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ENDS_AT = NOW + 4 * HOUR
CLEAR = ((100, 10), (100, 30))
UNCLEAR = ((100, 10), (100, 12))
Status = Delivery.Status


def make_test(site: Site, figures: Sequence[tuple[int, int]] = (), **values: Any) -> Campaign:
    """A running campaign whose versions A, B, … were sent to so many people, of whom so many clicked."""
    campaign = factories.make_campaign(
        site, **{"winner_by": "clicks", "status": Campaign.Status.RUNNING, **values}
    )
    Variant.objects.create(campaign=campaign, letter="B", title="Another title")
    factories.make_occurrence(campaign, test_ends_at=ENDS_AT)
    for letter, (people, clicks) in zip("AB", figures, strict=False):
        people_of(campaign, letter, people - clicks, Status.SENT)
        people_of(campaign, letter, clicks, Status.CLICKED)
    return campaign


def people_of(campaign: Campaign, letter: str, number: int, status: str) -> None:
    Occurrence.objects.update(planned_at=None)
    people = Subscriber.objects.bulk_create(
        take_ids(Subscriber(site=campaign.site, created_at=NOW, last_seen_at=NOW) for _ in range(number))
    )
    Delivery.objects.bulk_create(
        Delivery(campaign=campaign, subscriber=person, variant=letter, status=status, due_at=NOW, sent_at=NOW)
        for person in people
    )


def make_waiting(
    campaign: Campaign, due_at: dt.datetime = ENDS_AT, timezone: str = "", batch: Batch | None = None
) -> Delivery:
    """Somebody who waits for the winner."""
    Occurrence.objects.update(planned_at=None)
    batch = batch or Batch.objects.create(campaign=campaign, occurrence=1, due_at=due_at, awaits_winner=True)
    person = factories.make_subscriber(campaign.site)
    return factories.make_delivery(
        campaign, person, status=Status.PLANNED, due_at=due_at, timezone=timezone, batch=batch
    )


def batch_of(delivery: Delivery) -> Batch:
    return Batch.objects.get(deliveries=delivery)


def close_planning(campaign: Campaign) -> None:
    for run in campaign.occurrences.all():
        audience = run.waiting + run.sent + run.skipped
        Occurrence.objects.filter(pk=run.pk).update(planned_at=NOW, audience=audience)


def decide(campaign: Campaign, *, now: dt.datetime = ENDS_AT) -> Campaign:
    close_planning(campaign)
    choose_due_winners(now=now)
    campaign.refresh_from_db()
    return campaign


def test_the_version_that_is_clearly_better_wins_when_the_test_is_over(site: Site) -> None:
    campaign = decide(make_test(site, CLEAR))
    assert (campaign.winner, campaign.winner_chosen_at) == ("B", ENDS_AT)
    assert campaign.winner_note.startswith("Version B won. Of 100 people who got version B, 30.0 % clicked")


def test_nothing_is_decided_before_the_test_is_over(site: Site) -> None:
    campaign = decide(make_test(site, CLEAR), now=ENDS_AT - HOUR / 60)
    assert (campaign.winner, campaign.winner_note) == ("", "")


def test_it_is_decided_once(site: Site) -> None:
    campaign = decide(make_test(site, CLEAR))
    people_of(campaign, "A", 50, Status.CLICKED)
    assert choose_due_winners(now=ENDS_AT + HOUR) == 0


def test_where_none_is_better_the_leader_is_sent_if_the_marketer_says_so(site: Site) -> None:
    campaign = decide(make_test(site, UNCLEAR, undecided="leader"))
    assert campaign.winner == "B"
    assert "may well be chance" in campaign.winner_note
    assert campaign.winner_note.endswith("Version B is ahead and goes to the others.")


def test_or_everybody_gets_the_version_drawn_and_nobody_waits(site: Site) -> None:
    campaign = make_test(site, UNCLEAR, undecided="split")
    waiting = make_waiting(campaign)
    campaign = decide(campaign)
    assert (campaign.winner, campaign.winner_chosen_at) == ("", ENDS_AT)
    assert not batch_of(waiting).awaits_winner


def test_or_all_wait_until_somebody_chooses(site: Site) -> None:
    campaign = make_test(site, UNCLEAR, undecided="ask")
    waiting = make_waiting(campaign)
    campaign = decide(campaign)
    assert (campaign.winner, campaign.winner_chosen_at) == ("", None)
    assert "Choose the winner" in campaign.winner_note
    assert choose_due_winners(now=ENDS_AT + DAY) == 0
    choose_winner(campaign, "A", now=ENDS_AT + DAY)
    waiting.refresh_from_db()
    assert waiting.due_at == ENDS_AT + DAY


def test_those_planned_while_it_was_decided_do_not_wait_for_ever(site: Site) -> None:
    campaign = decide(make_test(site, UNCLEAR, undecided="split"))
    late = make_waiting(campaign)
    choose_due_winners(now=ENDS_AT + HOUR)
    assert not batch_of(late).awaits_winner


@pytest.mark.parametrize(("sample", "decided"), [(200, True), (201, False)])
def test_a_sample_that_is_large_enough_ends_the_test_once_it_has_had_time_to_click(
    site: Site, sample: int, decided: bool
) -> None:
    campaign = make_test(site, CLEAR, test_sample=sample)
    assert decide(campaign, now=NOW + HOUR / 4).winner == ""
    assert bool(decide(campaign, now=NOW + HOUR).winner) is decided


def test_those_who_wait_get_it_at_once_if_the_test_is_over_early(site: Site) -> None:
    campaign = make_test(site, CLEAR, test_sample=200)
    waiting = make_waiting(campaign)
    decide(campaign, now=NOW + HOUR)
    waiting.refresh_from_db()
    assert (waiting.due_at, batch_of(waiting).due_at) == (NOW + HOUR, NOW + HOUR)


def test_who_is_due_about_now_is_left_alone(site: Site) -> None:
    campaign = make_test(site, CLEAR)
    waiting = make_waiting(campaign)
    decide(campaign, now=ENDS_AT + HOUR / 6)
    waiting.refresh_from_db()
    assert waiting.due_at == ENDS_AT


def test_at_local_times_a_late_choice_waits_for_the_next_day_of_each_clock(site: Site) -> None:
    campaign = make_test(
        site, winner_by="hand", schedule="local", local_date=NOW.date(), local_time=dt.time(18)
    )
    # 18:00 in Berlin and in Lagos is the same instant in winter; a choice after the clocks changed splits them.
    due_at = dt.datetime(2026, 3, 28, 17, tzinfo=dt.UTC)
    berlin = make_waiting(campaign, due_at, "Europe/Berlin")
    lagos = make_waiting(campaign, due_at, "Africa/Lagos", batch=berlin.batch)
    later = make_waiting(campaign, due_at + 2 * DAY, "America/New_York")
    choose_winner(campaign, "B", now=due_at + HOUR)
    found = []
    for delivery in (berlin, lagos, later):
        delivery.refresh_from_db()
        assert delivery.batch is not None
        assert delivery.batch.due_at == delivery.due_at
        assert delivery.batch.awaits_winner
        found.append(delivery.due_at)
    assert found == [due_at + DAY - HOUR, due_at + DAY, due_at + 2 * DAY]


def test_those_held_out_are_moved_with_those_who_wait(site: Site) -> None:
    campaign = make_test(site, winner_by="hand", test_percent=50)
    make_waiting(campaign)
    people = [factories.make_subscriber(site) for _ in range(12)]
    for person in people:
        tested = is_tested(campaign, str(person.uuid))
        due_at = NOW if tested else ENDS_AT
        factories.make_delivery(campaign, person, status=Status.SKIPPED, reason="holdout", due_at=due_at)
    close_planning(campaign)
    Occurrence.objects.update(attributed_through=NOW)
    choose_winner(campaign, "A", now=ENDS_AT + DAY)
    for delivery in campaign.deliveries.filter(reason="holdout").select_related("subscriber"):
        tested = is_tested(campaign, str(delivery.subscriber.uuid))
        assert delivery.due_at == (NOW if tested else ENDS_AT + DAY)
    assert Occurrence.objects.get().attributed_through is None


def test_conversions_decide_where_the_marketer_says_so_once_they_are_counted(site: Site) -> None:
    campaign = make_test(
        site, ((60, 30), (60, 0)), winner_by="conversions", goal={"type": "event", "event": "x"}
    )
    for number, delivery in enumerate(campaign.deliveries.filter(variant="B").order_by("subscriber_id")):
        credit = "click" if number < 20 else "none"
        convert(delivery, credit)
    assert decide(campaign).winner == ""
    Occurrence.objects.update(attributed_through=ENDS_AT)
    assert decide(campaign).winner == "B"
    assert "of 60 who got A, the next best, 0.0 %" in campaign.winner_note
    assert "33.3 % converted" in campaign.winner_note


def convert(delivery: Delivery, credit: str) -> None:
    Conversion.objects.create(
        campaign_id=delivery.campaign_id, occurrence=1, subscriber_id=delivery.subscriber_id,
        event_id=delivery.subscriber.uuid, converted_at=NOW + HOUR, credit=credit,
    )  # fmt: skip


def test_conversions_that_cannot_be_counted_do_not_hold_it_up_for_ever(site: Site) -> None:
    campaign = make_test(site, UNCLEAR, winner_by="conversions")
    assert decide(campaign, now=ENDS_AT + HOUR / 2).winner_chosen_at is None
    assert decide(campaign, now=ENDS_AT + HOUR).winner_chosen_at == ENDS_AT + HOUR


def test_a_campaign_whose_winner_is_chosen_by_hand_is_left_to_its_marketer(site: Site) -> None:
    campaign = decide(make_test(site, CLEAR, winner_by="hand"), now=ENDS_AT + DAY)
    assert (campaign.winner, campaign.winner_note) == ("", "")
    choose_winner(campaign, "A", now=ENDS_AT + DAY)
    campaign.refresh_from_db()
    assert campaign.winner == "A"
    assert campaign.winner_note.startswith(
        "Chosen by hand: version A. Of 100 people who got version B, 30.0 %"
    )


def test_a_winner_can_be_chosen_before_the_test_is_over_and_replaced(site: Site) -> None:
    campaign = make_test(site, CLEAR)
    choose_winner(campaign, "A", now=NOW + HOUR)
    assert decide(campaign).winner == "A"
    assert choose_winner(campaign, "B", now=ENDS_AT).winner == "B"


@pytest.mark.parametrize(
    ("values", "letter", "sentence"),
    [
        ({"winner_by": ""}, "A", "no winner to choose"),
        ({"status": "draft"}, "A", "is “Draft”"),
        ({"status": "finished"}, "A", "is “Finished”"),
        ({}, "C", "there are A, B"),
        ({}, "", "there are A, B"),
    ],
)
def test_a_winner_that_cannot_be_is_refused_and_what_can_be_is_said(
    site: Site, values: dict[str, Any], letter: str, sentence: str
) -> None:
    with pytest.raises(WinnerError, match=sentence):
        choose_winner(make_test(site, **values), letter, now=NOW)


def test_a_campaign_that_is_over_with_everybody_tested_still_says_which_version_won(site: Site) -> None:
    campaign = decide(make_test(site, CLEAR, status=Campaign.Status.FINISHED))
    assert campaign.winner == "B"


def test_nobody_tested_is_no_reason_to_wait_for_ever(site: Site) -> None:
    campaign = decide(make_test(site))
    assert (campaign.winner, campaign.winner_chosen_at) == ("", ENDS_AT)
    assert campaign.winner_note == "Nobody has got it yet. Everybody gets the version drawn for them."


def test_a_campaign_without_a_test_is_passed_over(site: Site) -> None:
    campaign = make_test(site)
    Occurrence.objects.update(test_ends_at=None)
    close_planning(campaign)
    assert choose_due_winners(now=ENDS_AT) == 0
