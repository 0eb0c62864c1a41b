"""The way to the company's log-in and back: whatever is wrong with it is told in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect import views
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

# Of a provider that is away, or whose answers are not what they should be.
_FAULTS = (RequestException, KeyError, TypeError, ValueError, AttributeError)


def log_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _ask(views.login, request, provider_id)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _ask(views.callback, request, provider_id)


def _ask(view: Callable[[HttpRequest, str], Any], request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        provider = OpenIDConnectOAuth2Adapter(request, provider_id).get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        answer: HttpResponse = view(request, provider_id)
    except _FAULTS as error:
        answer = render_authentication_error(request, provider, exception=error)
    return answer
