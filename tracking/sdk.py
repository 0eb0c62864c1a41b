"""The SDK's own files, for pages of any site."""

import functools
import hashlib
import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

CACHE_SECONDS = 300
NAME = re.compile(r"[a-z][a-z-]*\.js")
MISSING = "There is no such SDK file."


@require_safe
def show_sdk_file(request: HttpRequest, name: str) -> HttpResponse:
    """`GET /sdk/carillon.js` and its parts; short-lived in caches, so that a new version arrives within minutes."""
    content, etag = _find(name)
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    # Pages that isolate themselves (COEP) take nothing from elsewhere without it.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Service-Worker-Allowed"] = "/"
    return get_conditional_response(request, etag=etag, response=response) or response


def _find(name: str) -> tuple[bytes, str]:
    """Content and tag. Strangers ask for it without end, so no more is done each time than to look whether it changed."""
    if not NAME.fullmatch(name):
        raise Http404(MISSING)
    path = settings.SDK_DIR / name
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise Http404(MISSING) from None


@functools.lru_cache(maxsize=16)
def _read(path: Path, changed_at: int) -> tuple[bytes, str]:
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
