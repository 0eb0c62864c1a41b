"""Choosing the winner: once, when the test is over, or by hand at any time.

Deciding once and not at every look is what makes the test's promise hold: whoever looks again and again will sooner or
later see a difference that is nothing but chance (docs/decisions/0011-experiments.md).
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from campaigns.assignment import Version, list_versions
from campaigns.experiments.verdicts import Standing, Verdict, describe_verdict, judge
from campaigns.experiments.waiting import release_waiting
from campaigns.models import Batch, Campaign, Conversion, Delivery, Occurrence

WinnerBy, Undecided, Status = Campaign.WinnerBy, Campaign.Undecided, Campaign.Status
# Whoever got it a moment ago has had no time to click. A sample counts when it has had this long.
REACTION_TIME = dt.timedelta(minutes=30)
# Conversions are counted a little after they happen. Should that be held up, the test does not wait for ever.
COUNTING_TIME = dt.timedelta(hours=1)
# Under way, or over with everybody tested: then the note says what the test has shown.
_IS_OPEN = Q(winner_chosen_at=None, status__in=[Status.RUNNING, Status.FINISHED])
_TESTS = Occurrence.objects.filter(test_ends_at__isnull=False, planned_at__isnull=False)
_DEEDS = {WinnerBy.CONVERSIONS: "converted"}
_SENT = (Delivery.Status.SENT, Delivery.Status.DISPLAYED, Delivery.Status.CLICKED)


class WinnerError(ValueError):
    """A winner that cannot be chosen; says what can be."""


def choose_due_winners(*, now: dt.datetime) -> int:
    """Decide on every campaign whose test is over; how many got a decision."""
    _stop_waiting()
    tests = _TESTS.filter(campaign=OuterRef("pk"))
    campaigns = Campaign.objects.filter(
        _IS_OPEN, Exists(tests), winner_by__in=[WinnerBy.CLICKS, WinnerBy.CONVERSIONS], winner_note=""
    )
    return sum(_decide(campaign, now=now) for campaign in campaigns.select_related("site").order_by("pk"))


@transaction.atomic
def choose_winner(campaign: Campaign, letter: str, *, now: dt.datetime) -> Campaign:
    """Let a version win by hand: whoever waits, and later runs, get it. WinnerError says why it cannot.

    A winner may be replaced as long as the campaign is not over; what was sent stays as it was.
    """
    campaign = _lock(campaign)
    if not campaign.winner_by:
        raise WinnerError(
            "This campaign has no winner to choose: everybody gets the version drawn for them. "
            "Its form says under “Winner” how one is found."
        )
    if campaign.status not in (Status.SCHEDULED, Status.RUNNING, Status.PAUSED):
        raise WinnerError(
            f"A winner is chosen while a campaign is under way; the status of this one is “{campaign.get_status_display()}”."
        )
    versions = list_versions(campaign)
    letters = [version.letter for version in versions]
    if letter not in letters:
        raise WinnerError(f"There is no version “{letter}”; there are {', '.join(letters)}.")
    run = _find_test(campaign)
    figures = _describe(campaign, judge(read_standings(campaign, versions, run))) if run else ""
    _settle(campaign, letter, f"Chosen by hand: version {letter}. {figures}".strip(), now=now)
    return campaign


def read_standings(campaign: Campaign, versions: Sequence[Version], run: Occurrence) -> list[Standing]:
    """How the versions do in a run: clicks or conversions, whichever decides, of those who were sent each."""
    sent = Delivery.objects.filter(campaign=campaign, occurrence=run.number, status__in=_SENT)
    did = Q(status=Delivery.Status.CLICKED)
    if campaign.winner_by == WinnerBy.CONVERSIONS:
        converted = Conversion.objects.filter(
            campaign=campaign, occurrence=run.number, subscriber_id=OuterRef("subscriber_id")
        )
        did = Q(Exists(converted.exclude(credit=Conversion.Credit.NONE)))
    counted = (
        sent.order_by()
        .values("variant")
        .annotate(people=Count("subscriber_id"), successes=Count("subscriber_id", filter=did))
    )
    found = {row["variant"]: row for row in counted}
    nobody = {"people": 0, "successes": 0}
    rows = [(version.letter, found.get(version.letter, nobody)) for version in versions]
    return [Standing(letter, row["people"], row["successes"]) for letter, row in rows]


@transaction.atomic
def _decide(campaign: Campaign, *, now: dt.datetime) -> bool:
    campaign = _lock(campaign)
    run = _find_test(campaign)
    if campaign.winner_note or run is None or not _is_over(campaign, run, now=now):
        return False
    verdict = judge(read_standings(campaign, list_versions(campaign), run))
    figures = _describe(campaign, verdict)
    leader = verdict.leader.letter
    if verdict.is_clear:
        _settle(campaign, leader, f"Version {leader} won. {figures}", now=now)
    elif campaign.undecided == Undecided.ASK:
        campaign.winner_note = f"{figures} Choose the winner; until then the others wait."
        campaign.save(update_fields=["winner_note", "updated_at"])
    elif campaign.undecided == Undecided.LEADER and verdict.is_enough:
        _settle(campaign, leader, f"{figures} Version {leader} is ahead and goes to the others.", now=now)
    else:  # also where one is to be sent that is ahead: a few people's clicks do not decide for all
        _settle(campaign, "", f"{figures} Everybody gets the version drawn for them.", now=now)
    return True


def _is_over(campaign: Campaign, run: Occurrence, *, now: dt.datetime) -> bool:
    ends_at = run.test_ends_at
    if ends_at is not None and now >= ends_at:
        counts_late = campaign.winner_by == WinnerBy.CONVERSIONS and now < ends_at + COUNTING_TIME
        return not counts_late or (run.attributed_through is not None and run.attributed_through >= ends_at)
    return campaign.test_sample is not None and _have_had_time(run, campaign.test_sample, now=now)


def _have_had_time(run: Occurrence, sample: int, *, now: dt.datetime) -> bool:
    if run.sent < sample:
        return False
    sent = Delivery.objects.filter(campaign=run.campaign_id, occurrence=run.number, status__in=_SENT)
    return sent.filter(sent_at__lte=now - REACTION_TIME).order_by()[:sample].count() >= sample


def _settle(campaign: Campaign, letter: str, note: str, *, now: dt.datetime) -> None:
    """Who waits is due before anybody can see the winner: senders take them up as soon as there is one."""
    release_waiting(campaign, now=now)
    campaign.winner, campaign.winner_note, campaign.winner_chosen_at = letter, note[:300], now
    campaign.save(update_fields=["winner", "winner_note", "winner_chosen_at", "updated_at"])
    if not letter:
        campaign.batches.filter(awaits_winner=True).update(awaits_winner=False)


def _stop_waiting() -> None:
    """Batches that were being planned while it was decided that everybody gets the version drawn for them."""
    stranded = Batch.objects.filter(
        awaits_winner=True, done_at=None, campaign__winner="", campaign__winner_chosen_at__isnull=False
    )
    stranded.update(awaits_winner=False)


def _find_test(campaign: Campaign) -> Occurrence | None:
    """The run in which the versions are tried: of a campaign that repeats the first."""
    return _TESTS.filter(campaign=campaign).order_by("number").first()


def _describe(campaign: Campaign, verdict: Verdict) -> str:
    return describe_verdict(verdict, _DEEDS.get(WinnerBy(campaign.winner_by), "clicked"))


def _lock(campaign: Campaign) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("site")
    return rows.get(pk=campaign.pk)
