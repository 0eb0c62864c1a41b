"""What a marketer should know before the launch, in sentences."""

from campaigns.audience import explain_uploads, list_uploads
from campaigns.checks import list_unknown_variables
from campaigns.dry_runs.summary import Tally
from campaigns.experiments.ahead import can_test_ahead
from campaigns.experiments.verdicts import LEAST_PER_VERSION
from campaigns.hints import list_hints
from campaigns.models import Campaign, Delivery
from campaigns.planning.terms import Terms
from campaigns.schedule import is_by_local_time, write_moment
from campaigns.windows import remark_on_campaign
from subscribers.timezones import explain_clock

_TOO_FEW = 100  # held out, for anything to be seen from them


def list_remarks(terms: Terms, tally: Tally) -> list[str]:
    """Remarks on a run and on what was counted, the most important first."""
    return [
        *_remark_on_uploads(terms.campaign),
        *_remark_on_audience(tally),
        *_remark_on_clocks(terms, tally),
        *_remark_on_lateness(terms.campaign, tally),
        *_remark_on_waiting(terms, tally),
        *_remark_on_test(terms, tally),
        *_remark_on_holdout(terms.campaign, tally),
        *list_hints(terms.campaign, tested=tally.in_time.total() if tally.awaiting_winner else None),
        *remark_on_campaign(terms.campaign, now=terms.as_of),
        *(
            f"Nobody has an attribute called “{key}”: its place stays empty, or gets the default."
            for key in list_unknown_variables(terms.campaign)
        ),
    ]


def _remark_on_uploads(campaign: Campaign) -> list[str]:
    uploads = list_uploads(campaign)
    return [f"These figures will change. {explain_uploads(uploads)}"] if uploads else []


def _remark_on_audience(tally: Tally) -> list[str]:
    if not tally.audience:
        return ["Nobody is in the audience."]
    return [] if tally.planned else ["Nobody in the audience can be sent this."]


def _remark_on_clocks(terms: Terms, tally: Tally) -> list[str]:
    if problem := explain_clock(terms.campaign.site.timezone):
        return [f"The site’s own clock: {problem}"]
    if not tally.site_zone_count or not (is_by_local_time(terms.campaign) or terms.quiet):
        return []
    people = _people(tally.site_zone_count)
    return [f"The time zone of {people} is not known: the site’s is used, {terms.campaign.site.clock_name}."]


def _remark_on_lateness(campaign: Campaign, tally: Tally) -> list[str]:
    remarks = []
    if tally.late:
        next_day = campaign.late_policy == Campaign.LatePolicy.NEXT_DAY
        when = "get it the next day at that time" if next_day else "get it right away"
        remarks.append(f"For {_people(tally.late)} that time has passed already: they {when}.")
    if too_late := tally.reasons[Delivery.Reason.TOO_LATE]:
        remarks.append(f"For {_people(too_late)} that time has passed already: they are left out.")
    return remarks


def _remark_on_waiting(terms: Terms, tally: Tally) -> list[str]:
    remarks = []
    if tally.deferred:
        remarks.append(
            f"For {_people(tally.deferred)} it falls into quiet hours: they get it when those end."
        )
    if tally.awaiting_winner and terms.test_ends_at:
        remarks.append(
            f"The versions are tried on {_people(tally.tested)}; {_people(tally.awaiting_winner)} wait for the winner, "
            f"until {write_moment(terms.test_ends_at, terms.campaign.site.clock_name)} or later."
        )
    return remarks


def _remark_on_test(terms: Terms, tally: Tally) -> list[str]:
    """With a local time, the test may be decided before it is the hour of most of those who try the versions."""
    if not tally.tested or terms.test_ends_at is None or not terms.campaign.decides_by_itself:
        return []
    in_time = tally.in_time.total()
    remarks = []
    if in_time < tally.tested:
        remarks.append(
            f"Of the {_people(tally.tested)} who try the versions {in_time:,} {'is' if in_time == 1 else 'are'} due before "
            f"it is decided on {write_moment(terms.test_ends_at, terms.campaign.site.clock_name)}. {_advise(terms)}"
        )
    fewest = min((tally.in_time[version.letter] for version in terms.versions), default=0)
    if fewest < LEAST_PER_VERSION:
        remarks.append(
            f"Only {_people(fewest)} would have got the version that is tried least by then: too few to find a winner "
            f"(it takes {LEAST_PER_VERSION} at the very least). Everybody would get the version drawn for them."
        )
    return remarks


def _advise(terms: Terms) -> str:
    if can_test_ahead(terms.campaign, now=terms.as_of):
        return "Test one day ahead at the same local hour, or decide later."
    return "Decide later, or go on with all versions."


def _remark_on_holdout(campaign: Campaign, tally: Tally) -> list[str]:
    held_out = tally.reasons[Delivery.Reason.HOLDOUT]
    if not campaign.holdout_percent or held_out >= _TOO_FEW:
        return []
    return [f"Only {_people(held_out)} would be held out: too few to see what difference the campaign makes."]


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"
