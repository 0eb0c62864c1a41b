"""Watching a campaign: what it is, how far it has come, which version wins."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from unfold.admin import ModelAdmin

from campaigns.admin import wording
from campaigns.admin.approval_views import describe_approval
from campaigns.admin.charts import draw_shares
from campaigns.admin.decisions import list_decisions
from campaigns.admin.pages import LAUNCH, OPEN, find_campaign, redirect_to, render_page
from campaigns.admin.preview_views import preview_version
from campaigns.admin.progress_words import list_moving, name_run, say_aloud, say_progress
from campaigns.admin.winner_words import describe_winner
from campaigns.admin.zones_chart import draw_zones
from campaigns.assignment import list_versions
from campaigns.experiments import WinnerError, choose_winner
from campaigns.models import Campaign
from campaigns.reports import Progress, list_runs, read_progress

NUMBERS = ("audience", "waiting", "sent", "displayed", "clicked", "failed", "expired", "skipped", "erased")
LATEST_RUNS = 12


def show_overview(request: HttpRequest, campaign: Campaign, model_admin: ModelAdmin) -> HttpResponse:
    """The page of a campaign that is not edited (any more)."""
    now = timezone.now()
    versions = list_versions(campaign)
    progress = read_progress(campaign, now=now)
    return render_page(
        request, model_admin, campaign, "overview",
        **describe_progress(campaign, progress, now=now),
        previews=[preview_version(campaign, version) for version in versions],
        winner=describe_winner(campaign, progress),
        may_choose=campaign.status in OPEN and request.user.has_perm(LAUNCH, campaign),
        approval=describe_approval(request, campaign) if campaign.status in OPEN else None,
        facts=[*list_decisions(campaign), *_list_moments(campaign)],
        runs=list_runs(campaign, most=LATEST_RUNS) if progress.runs > 1 else [],
        tab="overview",
    )  # fmt: skip


@require_GET
def show_progress(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """How far it has come, asked for every few seconds by the overview."""
    campaign = find_campaign(request, campaign_id)
    now = timezone.now()
    context = describe_progress(campaign, read_progress(campaign, now=now), now=now)
    outcomes = context["report"]
    return JsonResponse(
        {
            "status": campaign.status,
            "state": context["state"],
            "sentence": context["sentence"],
            "aloud": context["aloud"],
            "numbers": {name: getattr(outcomes, name) for name in NUMBERS},
            "html": render_to_string("admin/campaigns/parts/progress.html", context, request),
        }
    )


@require_POST
def choose_by_hand(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """Which version everybody gets who still waits."""
    campaign = find_campaign(request, campaign_id, LAUNCH)
    letter = request.POST.get("variant", "")[:1]
    try:
        choose_winner(campaign, letter, now=timezone.now())
    except WinnerError as error:
        messages.error(request, str(error))
    else:
        model_admin.log_change(request, campaign, f"Version {letter} chosen as the winner")
        messages.success(request, f"Version {letter} goes to everybody who still waits.")
    return redirect_to(campaign)


def describe_progress(campaign: Campaign, progress: Progress, *, now: dt.datetime) -> dict[str, Any]:
    zones, more_zones = draw_zones(progress.zones, campaign.site.clock_name)
    return {
        "campaign": campaign,
        "tz": campaign.site.clock_name,
        "progress": progress,
        "report": progress.outcomes,
        "shares": draw_shares(progress.outcomes),
        "sentence": say_progress(campaign, progress, now=now),
        "aloud": say_aloud(campaign, progress),
        "run_name": name_run(campaign, progress),
        "moving": list_moving(campaign, progress, now=now),
        "zones": zones,
        "more_zones": more_zones,
        "state": _name_state(campaign, progress),
        "status_colour": wording.STATUS_COLOURS[Campaign.Status(campaign.status)],
    }


def _list_moments(campaign: Campaign) -> list[tuple[str, str]]:
    """Who wrote it, and when it began and ended."""
    zone = campaign.site.clock_name
    moments = (("Launched", campaign.launched_at), ("Finished", campaign.finished_at))
    facts = [(label, wording.describe_moment(at, zone)) for label, at in moments if at is not None]
    return [("Written by", campaign.created_by.get_username()), *facts] if campaign.created_by else facts


def _name_state(campaign: Campaign, progress: Progress) -> str:
    """When this changes, other things than figures do, and the page is loaded anew."""
    run = progress.run
    planned = progress.planning is None
    return f"{campaign.status} {campaign.winner_chosen_at} {run.number if run else 0} {planned}"
