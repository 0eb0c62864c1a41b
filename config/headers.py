"""Headers that say what a browser may do with our answers: whose code runs, and who may frame, fetch and keep them.

Django 6 has a middleware for the first; until then this is it, with the same word in templates: `{{ csp_nonce }}`.
docs/security.md says why each page gets what it gets.
"""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SELF, NONE, NONCE = "'self'", "'none'", "'nonce'"
Policy = dict[str, tuple[str, ...]]

# Scripts are files of ours, or carry the nonce of this one answer.
STRICT: Policy = {
    "default-src": (NONE,),
    "script-src": (SELF, NONCE),
    "style-src": (SELF,),
    "img-src": (SELF, "data:"),
    "font-src": (SELF,),
    "connect-src": (SELF,),
    "worker-src": (SELF,),
    "manifest-src": (SELF,),
    "object-src": (NONE,),
    "base-uri": (NONE,),
    "form-action": (SELF,),
    "frame-ancestors": (NONE,),
}
INLINE_STYLES: Policy = {"style-src": (SELF, "'unsafe-inline'")}
DOCS = STRICT | INLINE_STYLES
# The theme's Alpine makes functions out of the attributes of its own templates, and writes styles into pages.
# Previews of messages show pictures of the shop.
ADMIN: Policy = (
    STRICT
    | INLINE_STYLES
    | {"script-src": (SELF, NONCE, "'unsafe-eval'"), "img-src": (SELF, "data:", "https:", "http:")}
)
# A worker is bound by the policy it came with, wherever a shop's own server hands it on: it reports to us, and shows pictures.
SDK: Policy = STRICT | {
    "connect-src": (SELF, "https:", "http:"),
    "img-src": (SELF, "data:", "https:", "http:"),
}
POLICIES = (("/admin/", ADMIN), ("/api/v1/docs/", DOCS), ("/sdk/", SDK))
# What pages of other people load.
FOR_ALL = ("/sdk/", "/v1/")
DEVICES = (
    "camera",
    "microphone",
    "geolocation",
    "payment",
    "usb",
    "serial",
    "hid",
    "midi",
    "display-capture",
)
PERMISSIONS = ", ".join(f"{device}=()" for device in DEVICES)


class Nonce:
    """Made when a template first asks; what no template asked for allows nothing."""

    def __init__(self) -> None:
        self.value = ""

    def __str__(self) -> str:
        self.value = self.value or secrets.token_urlsafe(18)
        return self.value


def protect(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the outermost: no answer goes without."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        nonce = Nonce()
        request.META[_KEPT] = nonce
        response = get_response(request)
        response.headers["Content-Security-Policy"] = _write(_find_policy(request.path), nonce)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        owner = "cross-origin" if request.path.startswith(FOR_ALL) else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", owner)
        # What does not say that it may be kept has somebody's data in it, or may have.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return answer


def add_nonce(request: HttpRequest) -> dict[str, Nonce]:
    """Context processor: `<script nonce="{{ csp_nonce }}">`."""
    return {"csp_nonce": request.META.get(_KEPT) or Nonce()}


_KEPT = "carillon.csp_nonce"


def _find_policy(path: str) -> Policy:
    return next((policy for start, policy in POLICIES if path.startswith(start)), STRICT) | _lead_elsewhere()


def _lead_elsewhere() -> Policy:
    """Forms lead to us, and by way of us to the company's log-in."""
    issuer = urlsplit(settings.OIDC_ISSUER)
    origins = [f"{issuer.scheme}://{issuer.netloc}"] if issuer.netloc else []
    return {"form-action": (SELF, *origins, *settings.FORM_ORIGINS)}


def _write(policy: Policy, nonce: Nonce) -> str:
    return "; ".join(f"{name} {' '.join(_fill(sources, nonce))}" for name, sources in policy.items())


def _fill(sources: tuple[str, ...], nonce: Nonce) -> list[str]:
    own = [f"'nonce-{nonce.value}'"] if nonce.value else []
    return [each for source in sources for each in (own if source == NONCE else [source])]
