"""Addresses without their last slash lead to those with it, whatever the method."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils.http import escape_leading_slashes


class _SameRequestElsewhere(HttpResponsePermanentRedirect):
    """308 (RFC 9110): the client repeats method and body, where 301 lets it turn a POST into a GET."""

    status_code = 308


class SlashMiddleware(CommonMiddleware):
    """Django's own, which answers 301 and so loses what was posted; with DEBUG it raises instead."""

    response_redirect_class = _SameRequestElsewhere

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Health is asked of a machine by its number, which stands in no setting; the answer repeats no host."""
        return None if request.path.startswith("/health/") else super().process_request(request)

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        return escape_leading_slashes(request.get_full_path(force_append_slash=True))
