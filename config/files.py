"""Where files are taken, which may be larger than other requests, and from whom."""

from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, close_old_connections


def find_limit_of_files() -> int:
    """With the other fields of the form that brings them."""
    return int(settings.SEGMENT_UPLOAD_MAX_MB * 2**20 + settings.REQUEST_MAX_BYTES)


def takes_files(path: str) -> bool:
    return path.startswith("/admin/segments/")


def may_bring_files(environ: dict[str, Any]) -> bool:
    """Whether a request whose body was not read yet comes from somebody who is logged in."""
    request = WSGIRequest({**environ, "wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"})
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    try:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        return bool(get_user(request).is_authenticated)
    except DatabaseError:
        return False
    finally:
        close_old_connections()
