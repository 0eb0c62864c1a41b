"""Launch, pause, resume, cancel, duplicate. What cannot be undone is shown and asked first."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from access.scoping import find_responsible
from campaigns.admin.approval_views import describe_approval
from campaigns.admin.decisions import list_decisions
from campaigns.admin.dry_run_views import gather_dry_run
from campaigns.admin.pages import LAUNCH, OPEN, find_campaign, redirect_to, render_page
from campaigns.admin.preview_views import preview_version
from campaigns.assignment import list_versions
from campaigns.contents import read_campaign
from campaigns.drafts import duplicate_campaign
from campaigns.experiments.ahead import choose_test_ahead
from campaigns.lifecycle import (
    ChangedError,
    LaunchError,
    LifecycleError,
    cancel_campaign,
    check_campaign,
    launch_campaign,
    pause_campaign,
    resume_campaign,
)
from campaigns.models import Campaign
from campaigns.reports import report_campaign
from campaigns.tasks import launch_scheduled_campaigns
from subscribers.contents import Change
from subscribers.queueing import queue_on_commit
from subscribers.seen import read_content, sign_content


def show_launch(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """The dry run; posting it launches."""
    campaign = find_campaign(request, campaign_id, LAUNCH)
    if campaign.status != Campaign.Status.DRAFT:
        messages.error(request, "This campaign was launched already.")
        return redirect_to(campaign)
    if request.method != "POST":
        return _show_dry_run(request, campaign, model_admin)
    seen = request.POST.get("seen")
    try:
        # A text that is none of ours stands for what nobody can have seen.
        launch_campaign(
            campaign,
            now=timezone.now(),
            by=find_responsible(request.user),
            seen=None if seen is None else read_content(seen) or {},
        )
    except LaunchError as error:
        return _show_dry_run(request, campaign, model_admin, problems=error.problems)
    except ChangedError as error:
        return _show_dry_run(request, campaign, model_admin, changes=error.changes)
    queue_on_commit(launch_scheduled_campaigns)
    model_admin.log_change(request, campaign, "Launched")
    messages.success(request, f"“{campaign.name}” is launched.")
    return redirect_to(campaign)


def show_cancel(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """The question; posting it cancels for good."""
    campaign = find_campaign(request, campaign_id, LAUNCH)
    if campaign.status not in OPEN:
        messages.error(request, "There is nothing to cancel: this campaign is not under way.")
        return redirect_to(campaign)
    if request.method != "POST":
        return render_page(request, model_admin, campaign, "cancel", report=report_campaign(campaign))
    return _change_state(request, campaign, model_admin, cancel_campaign, "cancelled")


@require_POST
def test_ahead(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """Try the versions one day ahead at the same local hour; then the launch page again, as it is now."""
    campaign = find_campaign(request, campaign_id, "campaigns.change_campaign")
    if choose_test_ahead(campaign, by=find_responsible(request.user), now=timezone.now()):
        model_admin.log_change(request, campaign, "Versions are tried one day ahead")
        messages.success(request, "The versions are tried one day ahead, at the same local hour.")
    else:
        messages.error(
            request,
            "The versions cannot be tried a day ahead: that day has passed, or the campaign was changed.",
        )
    return redirect_to(campaign, "launch" if request.user.has_perm(LAUNCH, campaign) else "dry_run")


@require_POST
def pause(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id, LAUNCH)
    return _change_state(request, campaign, model_admin, pause_campaign, "paused")


@require_POST
def resume(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id, LAUNCH)
    return _change_state(request, campaign, model_admin, resume_campaign, "resumed")


@require_POST
def duplicate(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id, "campaigns.add_campaign")
    copy = duplicate_campaign(campaign, created_by=request.user)  # type: ignore[arg-type]
    model_admin.log_addition(request, copy, f"Duplicated from “{campaign.name}”")
    messages.success(request, f"This is a copy of “{campaign.name}”. Nothing is sent until you launch it.")
    return redirect_to(copy)


def _change_state(
    request: HttpRequest,
    campaign: Campaign,
    model_admin: ModelAdmin,
    change: Callable[..., Campaign],
    participle: str,
) -> HttpResponse:
    try:
        change(campaign, now=timezone.now())
    except LifecycleError as error:
        messages.error(request, str(error))
    else:
        model_admin.log_change(request, campaign, participle.capitalize())
        messages.success(request, f"“{campaign.name}” is {participle}.")
    return redirect_to(campaign)


def _show_dry_run(
    request: HttpRequest,
    campaign: Campaign,
    model_admin: ModelAdmin,
    *,
    problems: list[str] | None = None,
    changes: Sequence[Change] = (),
) -> HttpResponse:
    seen = sign_content(read_campaign(campaign))
    campaign.refresh_from_db()  # afterwards: what is shown is that, or newer, and then it is not launched
    problems = check_campaign(campaign, now=timezone.now()) if problems is None else problems
    context: dict[str, Any] = {
        "problems": problems,
        "changes": changes,
        "seen": seen,
        "facts": list_decisions(campaign),
        "previews": [preview_version(campaign, version) for version in list_versions(campaign)],
    }
    if not problems:
        context["approval"] = describe_approval(request, campaign)
        context |= gather_dry_run(request, campaign, anew=bool(changes))
    return render_page(request, model_admin, campaign, "launch", **context)
