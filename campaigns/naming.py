"""Which events the goals of campaigns name, and which attributes their messages; and what becomes of these when one is renamed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from campaigns.approvals import OPEN
from campaigns.goals import GoalError, read_goal
from campaigns.models import Campaign, Message, Variant
from campaigns.models.message import BUTTON_TEXT, LINK
from campaigns.rendering import PROFILE_FIELDS, RenderingError, is_template, list_variables, rename_variable
from segments.naming import leads_into, rename_in
from segments.rules.event_nodes import EventCondition
from subscribers.models import Site
from subscribers.name_users import Name, NameUseError, Usage, Used

_TEXTS = ("title", "body", "link_url")
_OF_BUTTONS = {"title": BUTTON_TEXT, "link": LINK}


def list_used(site: Site) -> Used:
    goals = [goal for campaign in _list_with_goals(site) if (goal := _read_goal(campaign))]
    properties = [(goal.event, test.property) for goal in goals for test in goal.where]
    said = _list_keys(message for row in _list_open(site) for message in (row, *row.variants.all()))
    attributes = frozenset(said - set(PROFILE_FIELDS))
    return Used(frozenset(goal.event for goal in goals), attributes, frozenset(properties))


def list_usages(site: Site, name: Name) -> list[Usage]:
    """The campaigns whose goal it is, or is about it; those whose messages say it, as long as they can still be sent."""
    if name.of_attribute:
        named = {row.pk: row for row in _list_saying(site, name.text)}
        words = "the message of the campaign"
    else:
        named = {row.pk: row for row in _list_with_goals(site) if _reaches(row, name)}
        words = "the goal of the campaign"
    return [Usage(f"{words} “{row.name}”", "campaigns.campaign", row.pk) for row in named.values()]


def rename(site: Site, old: Name, new: str, *, now: dt.datetime) -> None:
    """In the caller's transaction. What was approved with the other name is to be approved again, as after any change."""
    if old.of_attribute:
        for campaign in _list_saying(site, old.text):
            for message in (campaign, *campaign.variants.all()):
                _rename_in_message(campaign, message, old.text, new)
        return
    for campaign in _list_with_goals(site):
        if _reaches(campaign, old):
            values = {"goal": rename_in(campaign.goal, old, new)}
            if old.of and leads_into(campaign.revenue_property, old.text):
                values["revenue_property"] = new + campaign.revenue_property.removeprefix(old.text)
            Campaign.objects.filter(pk=campaign.pk).update(**values)


def _rename_in_message(campaign: Campaign, message: Message, old: str, new: str) -> None:
    values: dict[str, Any] = {}
    for name in _TEXTS:
        longest: Any = getattr(message._meta.get_field(name), "max_length", None)
        values[name] = _rename_text(campaign, getattr(message, name), old, new, longest)
    if isinstance(message.actions, list):
        values["actions"] = [
            {
                key: _rename_text(campaign, value, old, new, _OF_BUTTONS.get(key))
                for key, value in each.items()
            }
            if isinstance(each, dict)
            else each
            for each in message.actions
        ]
    model = Variant if isinstance(message, Variant) else Campaign
    model._default_manager.filter(pk=message.pk).update(**values)


def _rename_text(campaign: Campaign, text: Any, old: str, new: str, longest: int | None) -> Any:
    if not isinstance(text, str) or not is_template(text):
        return text
    advice = f"Change the message of the campaign “{campaign.name}” by hand first"
    try:
        renamed = rename_variable(text, old, new)
    except RenderingError as error:
        raise NameUseError(f"{advice}: {error}") from None
    if longest is not None and len(renamed) > longest:
        raise NameUseError(f"{advice}: with the longer name a text has more than {longest:,} characters.")
    return renamed


def _list_saying(site: Site, key: str) -> list[Campaign]:
    return [row for row in _list_open(site) if key in _list_keys((row, *row.variants.all()))]


def _list_open(site: Site) -> QuerySet[Campaign]:
    """Those of which something can still be sent."""
    rows = Campaign.objects.filter(site=site, status__in=OPEN)
    return rows.prefetch_related("variants").order_by("name")


def _list_keys(messages: Iterable[Message]) -> set[str]:
    return set().union(*(list_variables(message) for message in messages))


def _list_with_goals(site: Site) -> QuerySet[Campaign]:
    return Campaign.objects.filter(site=site, goal__isnull=False).order_by("name")


def _reaches(campaign: Campaign, name: Name) -> bool:
    goal = _read_goal(campaign)
    if goal is None:
        return False
    if not name.of:
        return goal.event == name.text
    read = {campaign.revenue_property, *(test.property for test in goal.where)}
    return goal.event == name.of and any(leads_into(path, name.text) for path in read)


def _read_goal(campaign: Campaign) -> EventCondition | None:
    try:
        return read_goal(campaign.goal)
    except GoalError:
        return None
