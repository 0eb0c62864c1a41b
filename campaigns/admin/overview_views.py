"""Watching a campaign: what it is, how far it has come."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET
from unfold.admin import ModelAdmin

from campaigns.admin import wording
from campaigns.admin.charts import draw_shares
from campaigns.admin.pages import find_campaign, render_page
from campaigns.admin.preview_views import imagine_stranger, preview_message
from campaigns.models import Campaign
from campaigns.reports import Outcomes, count_outcomes


def show_overview(request: HttpRequest, campaign: Campaign, model_admin: ModelAdmin) -> HttpResponse:
    """The page of a campaign that is not edited (any more)."""
    return render_page(
        request, model_admin, campaign, "overview",
        **describe_progress(campaign),
        **preview_message(campaign, imagine_stranger(campaign.site)),
        facts=_list_facts(campaign),
        tab="overview",
    )  # fmt: skip


@require_GET
def show_progress(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """How far it has come, asked for every few seconds by the overview."""
    campaign = find_campaign(request, campaign_id, model_admin)
    progress = describe_progress(campaign)
    report: Outcomes = progress["report"]
    numbers = ("audience", "waiting", "sent", "displayed", "clicked", "failed", "expired", "skipped")
    return JsonResponse(
        {
            "status": campaign.status,
            "sentence": progress["sentence"],
            "numbers": {name: getattr(report, name) for name in numbers},
            "html": render_to_string("admin/campaigns/parts/progress.html", progress, request),
        }
    )


def describe_progress(campaign: Campaign) -> dict[str, Any]:
    report = count_outcomes([campaign])[campaign.pk]
    return {
        "campaign": campaign,
        "report": report,
        "shares": draw_shares(report),
        "sentence": _say_progress(campaign, report),
        "status_colour": wording.STATUS_COLOURS[Campaign.Status(campaign.status)],
    }


def _say_progress(campaign: Campaign, report: Outcomes) -> str:
    if campaign.status == Campaign.Status.DRAFT:
        return "This is a draft: nothing is sent until it is launched."
    if campaign.status == Campaign.Status.SCHEDULED:
        return f"Scheduled. Nothing was sent so far. When: {wording.describe_schedule(campaign)}."
    done = report.audience - report.waiting
    sentence = f"{done:,} of {report.audience:,} done: {report.sent:,} sent, {report.waiting:,} waiting."
    return f"{campaign.get_status_display()}. {sentence}"


def _list_facts(campaign: Campaign) -> list[tuple[str, str]]:
    facts = [
        ("When", wording.describe_schedule(campaign)),
        ("Where that time has passed", wording.describe_late_policy(campaign)),
        ("Audience", wording.describe_audience(campaign)),
        ("Settled", campaign.get_audience_at_display()),
        ("Try for", wording.describe_ttl(campaign.ttl)),
        ("Urgency", campaign.get_urgency_display()),
        ("Written by", campaign.created_by.get_username() if campaign.created_by else ""),
    ]
    moments = (("Launched", campaign.launched_at), ("Finished", campaign.finished_at))
    zone = campaign.site.timezone
    facts += [(label, wording.describe_moment(at, zone)) for label, at in moments if at is not None]
    return [(label, words) for label, words in facts if words]
