"""A site's page, below its form: how its backend signs who visitors are, with which secrets, and a place to try a signature."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from access.audit import Change, record
from access.scoping import scope
from subscribers.admin.copying import make_copyable
from subscribers.backend_snippets import SNIPPETS
from subscribers.identity_secrets import SecretError, make_secret, retire_secret
from subscribers.models import IdentitySecret, Site, Subscriber
from subscribers.trying_signatures import try_signature

TRUSTS_NAMES = (
    "Anyone may say who they are on this site: whoever knows or guesses a customer’s id can get that customer’s messages. "
    "Let your backend sign ids, then switch this off."
)
LATER = [("0", "at once"), ("1", "in a day"), ("7", "in a week"), ("30", "in 30 days")]
MOST_CLAIMS = 1000
MAY = "subscribers.change_site"


class LaterForm(forms.Form):
    days = forms.TypedChoiceField(choices=LATER, coerce=int, widget=UnfoldAdminSelectWidget)


class TryForm(forms.Form):
    external_id = forms.CharField(
        label="Customer id", max_length=300, strip=False, widget=UnfoldAdminTextInputWidget({"autocomplete": "off"})
    )  # fmt: skip
    signature = forms.CharField(
        label="Signature", max_length=300, widget=UnfoldAdminTextInputWidget({"autocomplete": "off"})
    )


class ProvesIdentities:
    """For the admin of sites."""

    change_form_outer_after_template = "admin/subscribers/parts/identity.html"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]  # mixed into an admin
        own = [
            path("<int:site>/secrets/", wrap(self.add_secret), name="subscribers_site_add_secret"),
            path("<int:site>/secrets/<int:secret>/retire/", wrap(self.end_secret), name="subscribers_site_retire_secret"),
            path("<int:site>/signature/", wrap(self.show_verdict), name="subscribers_site_signature"),
        ]  # fmt: skip
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        site = self.get_object(request, object_id) if object_id else None  # type: ignore[attr-defined]
        told = describe_signing(request, site) if site else {}
        if site and site.trusts_names and request.method == "GET":
            messages.warning(request, TRUSTS_NAMES)
        response: HttpResponse = super().changeform_view(  # type: ignore[misc]
            request, object_id, form_url, {**(extra_context or {}), **told}
        )
        return response

    def add_secret(self, request: HttpRequest, site: int) -> HttpResponse:
        found, now = self._find_site(request, site), timezone.now()
        form = LaterForm(request.POST)
        if form.is_valid():
            others_until = now + dt.timedelta(days=form.cleaned_data["days"])
            try:
                with transaction.atomic():
                    made = make_secret(found, others_until=others_until, now=now)
                    _record(request, "make_identity_secret", made)
            except SecretError as error:
                messages.error(request, str(error))
            else:
                messages.success(
                    request, "A new secret is there: give it to your backend before the others end."
                )
        return self._go_back(found)

    def end_secret(self, request: HttpRequest, site: int, secret: int) -> HttpResponse:
        found, now = self._find_site(request, site), timezone.now()
        row = IdentitySecret.objects.filter(site=found, pk=secret).first()
        if row is None:
            raise Http404
        form = LaterForm(request.POST)
        if form.is_valid():
            at = now + dt.timedelta(days=form.cleaned_data["days"])
            try:
                with transaction.atomic():
                    retire_secret(row, at=at, now=now)
                    _record(request, "retire_identity_secret", row)
            except SecretError as error:
                messages.error(request, str(error))
            else:
                messages.success(
                    request, f"No signature made with it is taken from {at:%-d %b %Y, %H:%M} UTC on."
                )
        return self._go_back(found)

    @method_decorator(sensitive_post_parameters("signature"))
    def show_verdict(self, request: HttpRequest, site: int) -> HttpResponse:
        found = self._find_site(request, site)
        form = TryForm(request.POST)
        finding = None
        if form.is_valid():
            others = scope(Site.objects.order_by("pk"), request.user, MAY)
            given = form.cleaned_data
            finding = try_signature(
                found, given["external_id"], given["signature"], others=others, now=timezone.now()
            )
        frame = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            **describe_signing(request, found),
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": f"Who visitors of {found} are",
            "try_form": form,
            "finding": finding,
        }
        return TemplateResponse(request, "admin/subscribers/signature.html", frame)

    def _find_site(self, request: HttpRequest, pk: int) -> Site:
        """Of whoever may change it; secrets are nobody else's business."""
        if request.method != "POST":
            raise Http404
        site = scope(Site.objects.all(), request.user).filter(pk=pk).first()
        if site is None:
            raise Http404
        if not self.has_change_permission(request, site):  # type: ignore[attr-defined]
            raise PermissionDenied
        return site

    def _go_back(self, site: Site) -> HttpResponseRedirect:
        return HttpResponseRedirect(f"{reverse('admin:subscribers_site_change', args=[site.pk])}#identity")


def count_claims(site: Site) -> int:
    """How many visitors have said who they are without a proof; counted no further than `MOST_CLAIMS`."""
    claims = Subscriber.objects.living().filter(site=site).exclude(claimed_id="")
    return claims[:MOST_CLAIMS].count()


def _record(request: HttpRequest, action: str, secret: IdentitySecret) -> None:
    record(request, action, secret.site, change=Change(["identity_secrets"]), secret=secret.pk)


def describe_signing(request: HttpRequest, site: Site) -> dict[str, Any]:
    """What the page shows of it; the secrets to those alone who may change the site."""
    may_change = bool(request.user.has_perm(MAY, site))
    now = timezone.now()
    rows = IdentitySecret.objects.filter(site=site).order_by("-pk") if may_change else []
    return {
        "identity_site": site,
        "claims": count_claims(site),
        "most_claims": MOST_CLAIMS,
        "snippets": [
            (one.language, make_copyable(one.text, f"Copy the code for {one.language}")) for one in SNIPPETS
        ],
        "may_sign": may_change,
        "secrets": [
            (
                row,
                row.is_in_use(now),
                make_copyable(
                    row.secret.reveal() if row.secret.is_readable else "Cannot be read", "Copy the secret"
                ),
            )
            for row in rows
        ],
        "later_form": LaterForm(initial={"days": 7}, auto_id=False),
        "try_form": TryForm(),
    }
