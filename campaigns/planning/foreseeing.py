"""A plan as it would be made now."""

import datetime as dt

from campaigns.checks import check_campaign, list_unknown_variables
from campaigns.models import Campaign
from campaigns.planning.chunks import decide_audience
from campaigns.planning.terms import read_terms
from campaigns.plans import Decision, Plan, Tally
from campaigns.windows import remark_on_campaign


def dry_run(campaign: Campaign, *, now: dt.datetime) -> Plan:
    """The plan as it would be made now, with what stands in its way among the remarks. Writes nothing.

    Segments count as they were last refreshed.
    """
    tally = Tally()
    terms = read_terms(campaign, number=1, day=campaign.local_date, as_of=now)
    for decisions in decide_audience(terms):
        tally.count(
            [
                Decision(
                    decision.subscriber_id,
                    decision.due_at if decision.is_planned else None,
                    decision.timezone,
                    decision.timezone_is_site_default,
                    decision.reason,
                    decision.late,
                )
                for decision in decisions
            ]
        )
    plan = tally.to_plan(campaign)
    plan.remarks[:0] = check_campaign(campaign, now=now)
    plan.remarks.extend(remark_on_campaign(campaign, now=now))
    for key in list_unknown_variables(campaign):
        plan.remarks.append(
            f"Nobody has an attribute called “{key}”: its place stays empty, or gets the default."
        )
    return plan
