"""How the admin looks and what its sidebar leads to (django-unfold's settings)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _link(title: str, icon: str, model: str, permission: str = "") -> dict[str, Any]:
    """A line of the sidebar; `icon` is the name of a Material Symbol. With a permission, only for those who have it."""
    line: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}
    return {**line, "permission": _has(permission)} if permission else line


def _has(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


ADMIN_LOOK: dict[str, Any] = {
    "SITE_TITLE": "Carillon",
    "SITE_HEADER": "Carillon",
    "SITE_SUBHEADER": "Push campaigns by the hour",
    "SITE_SYMBOL": "notifications_active",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("admin/favicon.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "config.dashboard.add_overview",
    "STYLES": [lambda request: static("admin/carillon.css")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")},
                    _link("Campaigns", "campaign", "campaigns_campaign"),
                    _link("Segments", "groups", "segments_segment"),
                    _link("Subscribers", "person", "subscribers_subscriber"),
                ]
            },
            {
                "title": "What we know",
                "separator": True,
                "items": [
                    _link("Attributes", "sell", "subscribers_attribute"),
                    _link("Events", "bolt", "tracking_eventtype"),
                    _link("Places", "location_on", "subscribers_place"),
                    _link("Sites", "language", "subscribers_site"),
                    _link("Limits", "tune", "campaigns_sendingpolicy", "campaigns.view_sendingpolicy"),
                ],
            },
            {
                "title": "Machinery",
                "separator": True,
                "items": [
                    _link(
                        "Jobs",
                        "schedule",
                        "django_celery_beat_periodictask",
                        "django_celery_beat.view_periodictask",
                    ),
                    _link("Set aside", "inbox", "tracking_inboxitem", "tracking.view_inboxitem"),
                    _link("People", "badge", "auth_user", "auth.view_user"),
                    _link("Invitations", "mail", "signin_invitation", "signin.view_invitation"),
                    _link("Roles", "verified_user", "auth_group", "auth.view_group"),
                    _link("API keys", "key", "access_apikey", "access.view_apikey"),
                    _link("Old tokens", "vpn_key_off", "authtoken_tokenproxy", "authtoken.view_tokenproxy"),
                    _link("Audit log", "history", "access_auditentry", "access.view_auditentry"),
                ],
            },
        ],
    },
}
