"""The admin's home page (settings.UNFOLD["DASHBOARD_CALLBACK"])."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from access.scoping import scope
from campaigns.approvals import list_waiting
from campaigns.models import Campaign, SendingPolicy
from config.first_steps import Step, list_steps
from config.limits import read_limits
from config.overview import count_heads, find_zone, read_campaigns, read_segments, read_trends
from config.pressure import list_concerns, read_pressure
from config.upkeep import read_upkeep
from subscribers.geolocation import knows_cities
from subscribers.models import Site
from subscribers.timezones import explain_clock

SEEN = ("subscribers.view_subscriber", "segments.view_segment", "campaigns.view_campaign")
MOST_APPROVALS = 5
OPERATES = "django_celery_beat.view_periodictask"  # who watches over the machinery


def add_overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the visitor's role may see: whoever has no role yet is told so by the template."""
    sites = _list_sites(request)
    if not request.user.has_perms(SEEN):
        return context
    zone = find_zone(sites)
    trends = read_trends(sites, zone=zone, now=timezone.now())
    heads, campaigns, segments = count_heads(sites), read_campaigns(sites), read_segments(sites)
    steps = list_steps(
        site=sites[0].pk if sites else None,
        has_events=trends[0].total > 0,
        is_reachable=heads.reachable > 0,
        has_segments=bool(segments),
        has_campaigns=bool(campaigns),
    )
    if request.user.has_perm(OPERATES):
        stages = read_pressure(now=timezone.now()) | read_upkeep(now=timezone.now())
        context.update(stages=stages, concerns=list_concerns(stages))
    context.update(_list_approvals(request, sites))
    context.update(
        may_view=True,
        knows_cities=knows_cities(),
        trusting=[site for site in sites if site.trusts_names],
        limits=[*read_limits(sites), *_explain_clocks(sites)],
        zone=zone.key,
        trends=trends,
        heads=heads,
        campaigns=campaigns,
        segments=segments,
        steps=[(step, _find_address(step, request)) for step in steps],
    )
    return context


def _explain_clocks(sites: list[Site]) -> list[str]:
    return [f"{site.name}: {problem}" for site in sites if (problem := explain_clock(site.timezone))]


def _list_sites(request: HttpRequest) -> list[Site]:
    """Those of which they may see all that the home page shows."""
    own = Site.objects.select_related("sending_policy").order_by("pk")
    for permission in SEEN:
        own = scope(own, request.user, permission)
    return list(own)


def _list_approvals(request: HttpRequest, sites: list[Site]) -> dict[str, Any]:
    """The campaigns that wait for somebody's approval, for those who may give it: the first ones, and whether there are more."""
    asking = [site for site in sites if _asks_for_approval(site)]
    if not asking:
        return {}
    theirs = scope(Campaign.objects.filter(site__in=asking), request.user, "campaigns.approve_campaign")
    waiting = list(list_waiting(theirs).order_by("pk")[: MOST_APPROVALS + 1])
    return {"approvals": waiting[:MOST_APPROVALS], "more_approvals": len(waiting) > MOST_APPROVALS}


def _asks_for_approval(site: Site) -> bool:
    policy: SendingPolicy | None = getattr(site, "sending_policy", None)
    return policy is not None and policy.approval_above is not None


def _find_address(step: Step, request: HttpRequest) -> str:
    """Where the visitor can take the step, or nothing where that is somebody else's job."""
    if not request.user.has_perm(step.permission):
        return ""
    return reverse(f"admin:{step.link}", args=[step.key] if step.key else [])
