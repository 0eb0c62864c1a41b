"""The SDK's own files, for pages of any site."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

CACHE_SECONDS = 300


@require_safe
def show_sdk_file(request: HttpRequest, name: str) -> HttpResponse:
    """`GET /sdk/carillon.js` and its parts; short-lived in caches, so that a new version arrives within minutes."""
    found = {path.name: path for path in settings.SDK_DIR.glob("*.js")}.get(name)
    if found is None:
        raise Http404("There is no such SDK file.")
    content = found.read_bytes()
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    # Pages that isolate themselves (COEP) take nothing from elsewhere without it.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Service-Worker-Allowed"] = "/"
    return get_conditional_response(request, etag=etag, response=response) or response
