"""The pages of signing in, all below /admin/account/. Of allauth's, those that staff need: there is no sign-up."""

from allauth.account import views as account
from allauth.socialaccount import views as company
from django.urls import URLPattern, URLResolver, include, path, re_path

from signin import company_views, views

_own: list[URLPattern | URLResolver] = [
    path("sessions/", views.list_sessions, name="sessions"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
_account: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path(
        "reauthenticate/code/",
        account.request_reauthentication_code,
        name="account_request_reauthentication_code",
    ),
    path(
        "reauthenticate/code/confirm/",
        account.confirm_reauthentication_code,
        name="account_confirm_reauthentication_code",
    ),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
_company: list[URLPattern | URLResolver] = [
    path("cancelled/", company.login_cancelled, name="socialaccount_login_cancelled"),
    path("error/", company.login_error, name="socialaccount_login_error"),
    path("<str:provider_id>/login/", company_views.log_in, name="openid_connect_login"),
    path("<str:provider_id>/login/callback/", company_views.come_back, name="openid_connect_callback"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "signin"))),
    *_account,
    path("2fa/", include("allauth.mfa.urls")),
    path("company/", include(_company)),
]
