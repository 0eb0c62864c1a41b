"""Every address that Carillon answers, by door (design: browser, backend, management, admin)."""

from allauth.account import views as account
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerView

from config import account_look, errors, health
from config.api import EXPORTS, SINGLES, router
from config.schema import SchemaView
from signin import refusals

handler400 = errors.show_bad_request
handler404 = errors.show_not_found
handler429 = refusals.show_too_many
handler500 = errors.show_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("tracking.urls")),
    path("", include("campaigns.urls")),
    path("api/v1/", include([*EXPORTS, *SINGLES, *router.urls])),
    path("api/v1/schema/", SchemaView.as_view(), name="schema"),
    path(
        "api/v1/docs/",
        # A page: it has no fields to tell of, and no template to tell it with.
        SpectacularSwaggerView.as_view(url_name="schema", metadata_class=None),
        name="docs",
    ),
    path("health/live", health.show_liveness),
    path("health/ready", health.show_readiness),
    path("admin/account/", include("signin.urls")),
    # What the admin has for these itself leads to those.
    path("admin/login/", account_look.lead_to_log_in),
    path("admin/logout/", account.logout),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
