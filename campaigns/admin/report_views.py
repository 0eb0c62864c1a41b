"""The report: a sum that adds up, rates, hours, and every single delivery."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from unfold.admin import ModelAdmin

from campaigns.admin.charts import draw_hours, draw_shares
from campaigns.admin.pages import find_campaign, render_page
from campaigns.models import Campaign, Delivery
from campaigns.reports import report_campaign

PAGE_SIZE = 50


@require_GET
def show_report(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id, model_admin)
    report = report_campaign(campaign)
    return render_page(
        request, model_admin, campaign, "report",
        report=report,
        shares=draw_shares(report),
        hours=draw_hours(report.by_hour, campaign.site.timezone),
        display_rate=f"{report.display_rate:.1%} of those sent",
        click_rate=f"{report.click_rate:.1%} of those sent",
        tab="report",
        **_list_deliveries(request, campaign),
    )  # fmt: skip


def _list_deliveries(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    status, reason = request.GET.get("status", ""), request.GET.get("reason", "")
    rows: QuerySet[Delivery] = Delivery.objects.filter(campaign=campaign).select_related("subscriber")
    if status in Delivery.Status:
        rows = rows.filter(status=status)
    if reason in Delivery.Reason:
        rows = rows.filter(reason=reason)
    ordered = rows.order_by("occurrence", "subscriber_id")
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "status": status,
        "reason": reason,
        "statuses": Delivery.Status.choices,
        "reasons": Delivery.Reason.choices,
    }
