"""Which events the goals of campaigns name; and what becomes of these when an event is renamed."""

import datetime as dt

from django.db.models import QuerySet

from campaigns.goals import GoalError, read_goal
from campaigns.models import Campaign
from segments.naming import rename_in
from subscribers.models import Site
from subscribers.name_users import Used


def list_used(site: Site) -> Used:
    events = [_read_event(campaign) for campaign in _list_campaigns(site)]
    return Used(frozenset(event for event in events if event), frozenset())


def list_usages(site: Site, name: str, *, of_attribute: bool = False) -> list[str]:
    """The campaigns whose goal it is."""
    named = [] if of_attribute else [each for each in _list_campaigns(site) if _read_event(each) == name]
    return [f"the goal of the campaign “{campaign.name}”" for campaign in named]


def rename(site: Site, old: str, new: str, *, now: dt.datetime, of_attribute: bool = False) -> None:
    if of_attribute:
        return
    for campaign in _list_campaigns(site):
        if _read_event(campaign) == old:
            Campaign.objects.filter(pk=campaign.pk).update(goal=rename_in(campaign.goal, old, new))


def _list_campaigns(site: Site) -> QuerySet[Campaign]:
    return Campaign.objects.filter(site=site, goal__isnull=False).order_by("name")


def _read_event(campaign: Campaign) -> str:
    try:
        return read_goal(campaign.goal).event
    except GoalError:
        return ""
