"""Asking for a second pair of eyes, and giving it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from access.scoping import find_responsible
from campaigns.admin.pages import LAUNCH, find_campaign, redirect_to
from campaigns.admin.wording import describe_moment
from campaigns.approvals import (
    ApprovalError,
    Standing,
    State,
    approve_campaign,
    ask_approval,
    find_objection,
    read_standing,
    say_standing,
)
from campaigns.checks import check_campaign
from campaigns.models import Campaign, CampaignApproval

APPROVE = "campaigns.approve_campaign"


@require_POST
def ask(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id, LAUNCH)
    try:
        ask_approval(campaign, by=find_responsible(request.user), now=timezone.now())
    except ApprovalError as error:
        messages.error(request, str(error))
    else:
        model_admin.log_change(request, campaign, "Asked for approval")
        messages.success(request, "It waits for approval. Your colleagues see it on their home page.")
    return redirect_to(campaign, "approval")


def show_approval(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """Posting approves what `digest` names: what was looked at."""
    campaign = find_campaign(request, campaign_id, *([APPROVE] if request.method == "POST" else []))
    if request.method != "POST":
        return redirect_to(campaign, "launch" if campaign.status == Campaign.Status.DRAFT else "change")
    try:
        approve_campaign(
            campaign,
            by=request.user,  # type: ignore[arg-type]  # logged in
            now=timezone.now(),
            digest=request.POST.get("digest", ""),
        )
    except ApprovalError as error:
        messages.error(request, str(error))
    else:
        model_admin.log_change(request, campaign, "Approved")
        messages.success(request, f"“{campaign.name}” is approved as it is now. Any change voids that.")
    return redirect_to(campaign, "approval")


def describe_approval(request: HttpRequest, campaign: Campaign) -> dict[str, Any] | None:
    """What a page says of it, and what its reader can do; None: this site asks for no approval."""
    standing = read_standing(campaign)
    user = request.user
    if standing.state == State.NOT_NEEDED or not isinstance(user, User):
        return None
    if campaign.status != Campaign.Status.DRAFT and standing.holds_back and standing.request is None:
        return None  # all of it that was to be planned is
    objection = find_objection(campaign, standing, by=user) if standing.holds_back else ""
    may_approve = standing.holds_back and user.has_perm(APPROVE, campaign)
    return {
        "holds_back": standing.holds_back,
        "sentence": say_standing(standing) or _say_given(standing, campaign),
        "asked": _say(standing.request, "asked", campaign),
        "objection": objection if may_approve and standing.request else "",
        "may_approve": may_approve and not objection and not check_before(campaign),
        "may_ask": standing.holds_back and standing.request is None and user.has_perm(LAUNCH, campaign),
        "digest": standing.digest,
    }


def check_before(campaign: Campaign) -> list[str]:
    """What stands in the way of a draft's launch, so that there is nothing to approve yet."""
    is_draft = campaign.status == Campaign.Status.DRAFT
    return check_campaign(campaign, now=timezone.now()) if is_draft else []


def _say_given(standing: Standing, campaign: Campaign) -> str:
    return f"{_say(standing.approval, 'approved', campaign)} Any change voids that."


def _say(approval: CampaignApproval | None, deed: str, campaign: Campaign) -> str:
    """“Asked for by anna on 24 Dec 2026, 09:00 (Europe/Berlin).”"""
    at = getattr(approval, f"{deed}_at", None)
    if at is None:
        return ""
    person: User | None = getattr(approval, f"{deed}_by")
    by = f" by {person.get_username()}" if person else ""
    start = "Asked for" if deed == "asked" else "Approved"
    return f"{start}{by} on {describe_moment(at, campaign.site.timezone)}."
