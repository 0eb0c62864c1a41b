"""The report: a sum that adds up, what people did, broken down, and every single delivery."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from unfold.admin import ModelAdmin

from campaigns.admin.charts import draw_hours, draw_shares
from campaigns.admin.delivery_list import list_deliveries
from campaigns.admin.lift_words import describe_lift
from campaigns.admin.pages import find_campaign, redirect_to, render_page
from campaigns.admin.report_words import describe_breakdowns, describe_clicks, describe_funnel, say_rate
from campaigns.goals import describe_counting
from campaigns.models import Campaign, Delivery
from campaigns.reports import list_runs
from campaigns.reports.choosing import choose_breakdown, choose_run, find_first_choice
from campaigns.reports.export import EXPORTS, name_file, write_report
from campaigns.reports.keeping import recall_lift, recall_report, recall_segments
from campaigns.reports.rates import measure_rate
from campaigns.schedule import is_by_local_time
from segments.looking.choosing import MOST, ChoiceError
from segments.models import Segment

MOST_RUNS = 100


@require_GET
def show_report(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    now = timezone.now()
    try:
        occurrence = choose_run(campaign, request.GET.get("occurrence") or find_first_choice(campaign))
        chosen = _choose_segments(request, campaign)
    except ChoiceError as error:
        messages.error(request, str(error))
        return redirect_to(campaign, "report")
    kept = recall_report(campaign, occurrence=occurrence, now=now)
    report = kept.value
    lines = recall_segments(campaign, chosen, occurrence=occurrence, now=now).value
    runs = list_runs(campaign, most=MOST_RUNS)
    return render_page(
        request, model_admin, campaign, "report",
        report=report,
        as_of=kept.as_of,
        runs=runs if len(runs) > 1 else [],
        shares=draw_shares(report),
        funnel=describe_funnel(report, has_goal=campaign.goal is not None),
        hours=draw_hours(report.by_hour, campaign.site.clock_name),
        goal_words=describe_counting(campaign),
        converted=say_rate(measure_rate(report.total.converted, report.sent)),
        unsubscribed=say_rate(measure_rate(report.total.unsubscribed, report.sent)),
        lift=describe_lift(recall_lift(campaign, now=now).value) if occurrence is None else None,
        clicks=describe_clicks(report),
        breakdowns=describe_breakdowns(report, lines, by_local_time=is_by_local_time(campaign)),
        segments=_list_segments(campaign),
        chosen={segment.pk for segment in chosen},
        deliveries=list_deliveries(request, campaign, occurrence=occurrence),
        statuses=Delivery.Status.choices,
        reasons=Delivery.Reason.choices,
        may_export=request.user.has_perms(EXPORTS, campaign),
        tab="report",
    )  # fmt: skip


@require_GET
def export_report(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponseBase:
    """Everybody as a file."""
    campaign = find_campaign(request, campaign_id, *EXPORTS)
    try:
        occurrence = choose_run(campaign, request.GET.get("occurrence", ""))
    except ChoiceError as error:
        messages.error(request, str(error))
        return redirect_to(campaign, "report")
    file = name_file(campaign, occurrence=occurrence, now=timezone.now())
    return StreamingHttpResponse(
        write_report(campaign, occurrence=occurrence),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _choose_segments(request: HttpRequest, campaign: Campaign) -> list[Segment]:
    """Those in the query; where it says nothing of segments, those that the campaign is for."""
    if "segments" in request.GET:
        return choose_breakdown(campaign, ",".join(filter(None, request.GET.getlist("segments"))))
    return list(campaign.include_segments.order_by("name")[:MOST])


def _list_segments(campaign: Campaign) -> list[tuple[int, str]]:
    return list(Segment.objects.filter(site=campaign.site_id).order_by("name").values_list("pk", "name"))
