"""Which run a report is about, and by which segments it is broken down, as an address names them."""

from campaigns.models import Campaign
from campaigns.reports.outcomes import count_outcomes
from segments.looking.choosing import ChoiceError, choose_segments
from segments.models import Segment

LARGE = 3_000_000  # people; to go through more of them takes longer than somebody waits for a page
ALL = "all"


def choose_run(campaign: Campaign, text: str) -> int | None:
    """The number of a run there is; None, for all of them, where nothing is said. Raises ChoiceError."""
    if text in ("", ALL):
        return None
    number = int(text) if text.isdecimal() and len(text) < 10 else 0
    runs = campaign.occurrences.count()
    if not campaign.occurrences.filter(number=number).exists():
        there = (
            f"There are runs 1 to {runs}" if runs > 1 else f"There is {'one run, 1' if runs else 'none yet'}"
        )
        raise ChoiceError(f"“{text[:20]}” is no run of this campaign. {there}.")
    return number


def choose_breakdown(campaign: Campaign, text: str) -> list[Segment]:
    """The segments of “3,5,8”, at most eight, all of the campaign's site. Raises ChoiceError."""
    if not text:
        return []
    return choose_segments(text, among=Segment.objects.filter(site=campaign.site_id), least=1)


def find_first_choice(campaign: Campaign) -> str:
    """What a report is about before somebody chooses: all runs, or the latest where they are many people's."""
    latest = campaign.occurrences.order_by("number").last()
    if latest is None or count_outcomes([campaign])[campaign.pk].audience <= LARGE:
        return ALL
    return str(latest.number)
