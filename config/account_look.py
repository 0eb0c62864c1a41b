"""The pages of signing in look like the admin, and the admin's own log-in leads to them."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from signin.mail import can_send

ACCOUNT = "/admin/account/"


def add_admin_look(request: HttpRequest) -> dict[str, Any]:
    """What the theme's layouts need, on pages that are not the admin's own."""
    if not request.path.startswith(ACCOUNT):
        return {}
    company = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    own = {"can_send_mail": can_send(), "company": company[0]["name"] if company else ""}
    return {**admin.site.each_context(request), **own}


def lead_to_log_in(request: HttpRequest) -> HttpResponse:
    """/admin/login/ stays an address; where one wanted to go is kept if it is ours."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = reverse("admin:index")
    if request.user.is_authenticated and request.user.is_staff:
        return redirect(wanted)
    return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")
