"""Which version everybody else gets, or when that is settled, in words that fit what the campaign is doing."""

from dataclasses import dataclass

from campaigns.admin.wording import describe_moment
from campaigns.models import Campaign
from campaigns.reports import Progress

Status, WinnerBy, Undecided = Campaign.Status, Campaign.WinnerBy, Campaign.Undecided
_OTHERWISE = {
    Undecided.LEADER: "the one that is ahead goes to them, unless too few got it to tell",
    Undecided.SPLIT: "each of them gets the version drawn for them",
    Undecided.ASK: "they wait until you choose",
}


@dataclass(frozen=True)
class WinnerWords:
    """`is_open`: it can still be chosen."""

    title: str
    sentences: list[str]
    is_open: bool


def describe_winner(campaign: Campaign, progress: Progress) -> WinnerWords | None:
    """None where no winner is looked for."""
    if not campaign.winner_by:
        return None
    note = [campaign.winner_note] if campaign.winner_note else []
    if campaign.winner_chosen_at is not None:
        title = (
            f"Version {campaign.winner} won"
            if campaign.winner
            else "Everybody gets the version drawn for them"
        )
        settled = describe_moment(campaign.winner_chosen_at, campaign.site.clock_name)
        return WinnerWords(title, [*note, f"Settled on {settled}."], is_open=False)
    if campaign.status == Status.CANCELLED:
        return WinnerWords("No winner", [*note, "It was cancelled before there was one."], is_open=False)
    if campaign.status == Status.FINISHED:
        words = "It is over: whoever got it got a version drawn by lot."
        return WinnerWords("No winner", [*note, words], is_open=False)
    return WinnerWords("Looking for the winner", [*note, *_describe_test(campaign, progress)], is_open=True)


def _describe_test(campaign: Campaign, progress: Progress) -> list[str]:
    sentences = [f"{campaign.test_percent} % of the people get a version drawn by lot; the others wait."]
    ends_at = progress.run.test_ends_at if progress.run else None
    if campaign.winner_by == WinnerBy.HAND:
        sentences.append("You choose which version they get.")
    elif ends_at is not None and not campaign.winner_note:
        sentences.append(
            f"The versions are compared on {describe_moment(ends_at, campaign.site.clock_name)}: the one with more "
            f"{campaign.winner_by} goes to the others if it is clearly better. "
            f"If none is, {_OTHERWISE[Undecided(campaign.undecided)]}."
        )
    if campaign.status == Status.PAUSED:
        sentences.append("Nobody is sent anything until the campaign is resumed.")
    if waiting := progress.everybody.awaiting_winner:
        sentences.append("1 person waits now." if waiting == 1 else f"{waiting:,} people wait now.")
    return sentences
