"""What every page of a campaign needs: the campaign, whether one may, the frame of the admin around it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from access.admin import find_own
from campaigns.models import Campaign

LAUNCH = "campaigns.launch_campaign"
SEND_TEST = "campaigns.send_test_campaign"
OPEN = (Campaign.Status.SCHEDULED, Campaign.Status.RUNNING, Campaign.Status.PAUSED)


def find_campaign(request: HttpRequest, campaign_id: int, *permissions: str) -> Campaign:
    """The campaign, for somebody who may look at it and has all `permissions`; otherwise 404 or 403."""
    return find_own(request, Campaign.objects.select_related("site"), *permissions, pk=campaign_id)


def render_page(
    request: HttpRequest, model_admin: ModelAdmin, campaign: Campaign, template: str, /, **context: Any
) -> TemplateResponse:
    """A page about one campaign, in the frame of the admin, with the buttons that its reader may press."""
    frame = {
        **model_admin.admin_site.each_context(request),
        "opts": Campaign._meta,
        "title": campaign.name,
        "original": campaign,
        "campaign": campaign,
        "tz": campaign.site.clock_name,
        "buttons": list_buttons(request, campaign, model_admin),
    }
    return TemplateResponse(request, f"admin/campaigns/{template}.html", {**frame, **context})


def list_buttons(request: HttpRequest, campaign: Campaign, model_admin: ModelAdmin) -> set[str]:
    """What can be done with this campaign now, by this person."""
    status, user = campaign.status, request.user
    row = None if campaign.pk is None else campaign  # of a new one: on any site
    buttons = {"report"} if status != Campaign.Status.DRAFT else set()
    if user.has_perm("campaigns.add_campaign", row):
        buttons.add("duplicate")
    if model_admin.has_delete_permission(request, campaign):
        buttons.add("delete")
    if model_admin.has_change_permission(request, campaign):
        buttons.add("test_ahead")
    if user.has_perm(SEND_TEST, row) and status in (Campaign.Status.DRAFT, *OPEN):
        buttons.add("test")
    if user.has_perm(LAUNCH, row):
        buttons |= _list_lifecycle_buttons(campaign)
    return buttons


def _list_lifecycle_buttons(campaign: Campaign) -> set[str]:
    return {
        Campaign.Status.DRAFT: {"launch"},
        Campaign.Status.SCHEDULED: {"pause", "cancel"},
        Campaign.Status.RUNNING: {"pause", "cancel"},
        Campaign.Status.PAUSED: {"resume", "cancel"},
    }.get(Campaign.Status(campaign.status), set())


def redirect_to(campaign: Campaign, page: str = "change") -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:campaigns_campaign_{page}", args=[campaign.pk]))
