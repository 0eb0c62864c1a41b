"""What the goal's part of the form offers: the events of each site, and what is known of their details."""

from collections import defaultdict
from typing import Any

from segments.rules.describe_events import DEEDS
from segments.rules.wording import say_name
from subscribers.models import Site
from tracking.models import EventType

# What people do themselves; that a push was sent or seen is no goal of a campaign.
OWN_DEEDS = ("$page_view", "$session_start")


def list_goal_events(sites: list[Site], chosen: str) -> list[dict[str, Any]]:
    """Events to choose from, with their site; the one that is chosen is among them even if it was never seen."""
    names = EventType.objects.filter(site__in=sites).exclude(name__startswith="$").order_by("name")
    events: list[dict[str, Any]] = [
        {"name": name, "label": say_name(name), "site": site} for name, site in names.values_list("name", "site")
    ]  # fmt: skip
    events += [{"name": name, "label": _name_deed(name), "site": None} for name in OWN_DEEDS]
    if chosen and not any(event["name"] == chosen for event in events):
        events.insert(0, {"name": chosen, "label": f"{say_name(chosen)} (never seen so far)", "site": None})
    return [{**event, "chosen": event["name"] == chosen} for event in events]


def list_goal_kinds(sites: list[Site]) -> dict[int, dict[str, dict[str, str]]]:
    """For each site and event: its details, and of which kind they are."""
    kinds: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    for site, name, properties in EventType.objects.filter(site__in=sites).values_list(
        "site", "name", "properties"
    ):
        kinds[site][name] = properties
    return dict(kinds)


def _name_deed(name: str) -> str:
    did, _ = DEEDS[name]
    return did[:1].upper() + did[1:]
