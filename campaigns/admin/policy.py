"""What holds for all campaigns of a site: limits, quiet hours, control group, pace."""

import copy
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from access.admin import OwnSitesAdmin
from access.scoping import name_seeing, scope
from campaigns.admin.policy_wording import describe_policy
from campaigns.forms import SendingPolicyForm
from campaigns.models import FrequencyCap, SendingPolicy
from campaigns.policies import SETTLE_APPROVAL, find_policy
from subscribers.admin.seen import HeedsOthers
from subscribers.models import Site

QUIET_WORDS = {
    SendingPolicy.QuietAction.DEFER: ("Send it when they end", "Nobody misses anything; some get it later."),
    SendingPolicy.QuietAction.SKIP: (
        "Leave those people out",
        "For what is worth nothing later. The report counts them.",
    ),
}


@admin.register(SendingPolicy)
class SendingPolicyAdmin(HeedsOthers, OwnSitesAdmin):
    """Every site has one page of it, whether anything was settled yet or not."""

    form = SendingPolicyForm
    change_form_template = "admin/campaigns/policy.html"
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # its page is there with the site

    def has_delete_permission(self, request: HttpRequest, obj: SendingPolicy | None = None) -> bool:
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> SendingPolicy | None:
        if not object_id.isdecimal() or len(object_id) > 9:
            return None
        self.hold_while_saving(request, object_id)
        site = self._list_sites(request).filter(pk=int(object_id)).first()
        return find_policy(site) if site else None

    def hold(self, key: str) -> None:
        """The site stands for it, as one that nobody has settled yet has no row; its pace is written by what sends."""
        Site.objects.select_for_update(no_key=True).filter(pk=key).first()
        super().hold(key)

    def _list_sites(self, request: HttpRequest) -> QuerySet[Site]:
        return scope(Site.objects.all(), request.user, *name_seeing(SendingPolicy))

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Whoever could do without a second pair of eyes by changing this needs none."""
        form = super().get_form(request, obj, *args, **kwargs)
        if "approval_above" in form.base_fields and not request.user.has_perm(SETTLE_APPROVAL, obj):
            field = copy.copy(form.base_fields["approval_above"])
            field.disabled = True
            form.base_fields["approval_above"] = field
        return form

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All sites with what holds for each; of a single site, its page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        sites = list(self._list_sites(request).select_related("sending_policy").order_by("name"))
        if len(sites) == 1:
            return HttpResponseRedirect(reverse("admin:campaigns_sendingpolicy_change", args=[sites[0].pk]))
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Limits and quiet hours",
        }
        lines = [(site, describe_site(site)) for site in sites]
        return TemplateResponse(request, "admin/campaigns/policies.html", {**frame, "sites": lines})

    def response_change(self, request: HttpRequest, obj: SendingPolicy) -> HttpResponse:
        messages.success(request, "Saved. It holds for everything that is sent from now on.")
        return HttpResponseRedirect(reverse("admin:campaigns_sendingpolicy_change", args=[obj.pk]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        policy: SendingPolicy = context["original"]
        context.update(
            title=f"Limits and quiet hours of {policy.site}",
            quiet_words=QUIET_WORDS,
            lines=describe_site(policy.site),
            may_change=self.has_change_permission(request, policy),
            may_settle_approval=request.user.has_perm(SETTLE_APPROVAL, policy),
        )
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response


def describe_site(site: Site) -> list[str]:
    """What holds for all campaigns of a site, a line each."""
    caps = FrequencyCap.objects.filter(site=site).order_by("window")
    return describe_policy(SendingPolicy.objects.filter(site=site).first(), caps)
