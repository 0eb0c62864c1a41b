"""The list of campaigns and the form of a draft; the other pages of a campaign are modules beside this one."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, URLField
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from access.admin import OwnSitesAdmin
from access.scoping import name_seeing, scope
from campaigns.admin import (
    approval_views,
    lifecycle_views,
    preview_views,
    report_views,
    testing_views,
    wording,
)
from campaigns.admin.advice_views import show_advice
from campaigns.admin.composing import describe_composer
from campaigns.admin.dry_run_views import show_dry_run, show_dry_run_progress
from campaigns.admin.filters import ApprovalFilter, SegmentFilter, SiteFilter
from campaigns.admin.overview_views import choose_by_hand, show_overview, show_progress
from campaigns.admin.pages import LAUNCH, SEND_TEST, redirect_to
from campaigns.admin.run_views import show_next_runs
from campaigns.drafts import add_variant
from campaigns.forms import CampaignForm
from campaigns.models import Campaign
from campaigns.reports import count_outcomes
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.twins import TellsTwins
from subscribers.models import Site


@admin.register(Campaign)
class CampaignAdmin(HeedsOthers, TellsTwins, OwnSitesAdmin):
    """A draft opens as a form; what was launched opens as a page to watch, and is never edited."""

    form = CampaignForm
    formfield_overrides: ClassVar = {URLField: {"assume_scheme": "https"}}
    add_form_template = change_form_template = "admin/campaigns/form.html"
    actions = None
    list_display = ("name", "show_status", "site", "show_when", "show_audience", "show_sent", "show_clicked")
    list_filter = ("status", SiteFilter, SegmentFilter, ApprovalFilter)
    list_filter_submit = True  # dropdowns choose nothing by themselves
    search_fields = ("name", "title", "body")
    search_help_text = "Search by name, title or message"
    ordering = ("-created_at",)
    list_select_related = ("site",)
    custom_urls = (
        ("preview/", "campaigns_campaign_preview", preview_views.show_preview),
        ("advice/", "campaigns_campaign_advice", show_advice),
        ("runs/", "campaigns_campaign_runs", show_next_runs),
        ("samples/", "campaigns_campaign_samples", preview_views.list_samples),
        ("<int:campaign_id>/test/", "campaigns_campaign_test", testing_views.show_test),
        ("<int:campaign_id>/launch/", "campaigns_campaign_launch", lifecycle_views.show_launch),
        ("<int:campaign_id>/test-ahead/", "campaigns_campaign_test_ahead", lifecycle_views.test_ahead),
        ("<int:campaign_id>/approval/", "campaigns_campaign_approval", approval_views.show_approval),
        ("<int:campaign_id>/ask-approval/", "campaigns_campaign_ask_approval", approval_views.ask),
        ("<int:campaign_id>/dry-run/", "campaigns_campaign_dry_run", show_dry_run),
        ("<int:campaign_id>/dry-run/progress/", "campaigns_campaign_dry_run_progress", show_dry_run_progress),
        ("<int:campaign_id>/cancel/", "campaigns_campaign_cancel", lifecycle_views.show_cancel),
        ("<int:campaign_id>/pause/", "campaigns_campaign_pause", lifecycle_views.pause),
        ("<int:campaign_id>/resume/", "campaigns_campaign_resume", lifecycle_views.resume),
        ("<int:campaign_id>/duplicate/", "campaigns_campaign_duplicate", lifecycle_views.duplicate),
        ("<int:campaign_id>/progress/", "campaigns_campaign_progress", show_progress),
        ("<int:campaign_id>/winner/", "campaigns_campaign_winner", choose_by_hand),
        ("<int:campaign_id>/report/", "campaigns_campaign_report", report_views.show_report),
        ("<int:campaign_id>/report.csv", "campaigns_campaign_report_csv", report_views.export_report),
    )
    SAVE_AND: ClassVar = {"_launch": ("launch", LAUNCH), "_test": ("test", SEND_TEST)}

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return _is_draft(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return _is_draft(obj) and bool(super().has_delete_permission(request, obj))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        queryset: QuerySet[Campaign] = super().get_queryset(request)
        return queryset.prefetch_related("include_segments", "exclude_segments")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        several = scope(Site.objects.all(), request.user, *name_seeing(Campaign)).count() > 1
        return [column for column in self.list_display if column != "site" or several]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist: ChangeList = super().get_changelist_instance(request)
        campaigns = list(changelist.result_list)
        outcomes = count_outcomes(campaigns)
        for campaign in campaigns:
            campaign.outcome = outcomes.get(campaign.pk)
        changelist.result_list = campaigns
        return changelist

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        campaign = self.get_object(request, unquote(object_id))
        if campaign is None or self.has_change_permission(request, campaign):
            response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return response
        if not self.has_view_permission(request, campaign):
            raise PermissionDenied
        if request.method == "POST":
            if not super().has_change_permission(request, campaign):
                raise PermissionDenied
            messages.error(request, "Nothing was changed: only drafts can be edited. Duplicate it instead.")
            return redirect_to(campaign)
        return show_overview(request, campaign, self)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        campaign: Campaign | None = context["original"]
        context.update(describe_composer(request, context["adminform"].form, campaign, self))
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def save_model(self, request: HttpRequest, obj: Campaign, form: CampaignForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        # A colleague may be launching it at this moment; their launch wins.
        elif (
            not Campaign.objects.select_for_update().filter(pk=obj.pk, status=Campaign.Status.DRAFT).exists()
        ):
            raise PermissionDenied
        obj.changed_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        return self._go_on(request, obj) or super().response_change(request, obj)

    def _go_on(self, request: HttpRequest, campaign: Campaign) -> HttpResponse | None:
        """“Save and launch…”, “Save and send a test…”: on to that page. Without scripts, also to one more version."""
        if "_add_version" in request.POST:
            add_variant(campaign)
            return redirect_to(campaign)
        for button, (page, permission) in self.SAVE_AND.items():
            if button in request.POST and request.user.has_perm(permission, campaign):
                return redirect_to(campaign, page)
        return None

    @display(description="Status", ordering="status", label=wording.STATUS_COLOURS)
    def show_status(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.status, campaign.get_status_display()

    @display(description="When")
    def show_when(self, campaign: Campaign) -> str:
        return wording.describe_schedule(campaign)

    @display(description="Audience")
    def show_audience(self, campaign: Campaign) -> str:
        return wording.describe_audience(campaign)

    @display(description="Sent")
    def show_sent(self, campaign: Campaign) -> str:
        outcome = getattr(campaign, "outcome", None)
        return f"{outcome.sent:,}" if outcome and campaign.status != Campaign.Status.DRAFT else "–"

    @display(description="Clicked")
    def show_clicked(self, campaign: Campaign) -> str:
        outcome = getattr(campaign, "outcome", None)
        return f"{outcome.clicked / outcome.sent:.1%}" if outcome and outcome.sent else "–"


def _is_draft(campaign: Campaign | None) -> bool:
    return campaign is None or campaign.status == Campaign.Status.DRAFT
