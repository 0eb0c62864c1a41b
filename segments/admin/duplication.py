"""“Duplicate”: the form for a new segment, filled in with what another one has."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from access.scoping import scope
from segments.duplicates import name_copy
from segments.models import Segment


def address_copy(segment: Segment) -> str:
    kind = {} if segment.is_live else {"kind": Segment.Kind.STATIC}
    return f"{reverse('admin:segments_segment_add')}?{urlencode({**kind, 'copy': segment.pk})}"


def find_original(request: HttpRequest) -> Segment | None:
    """The segment that `?copy=` names; None where there is none."""
    asked = request.GET.get("copy", "")
    own = scope(Segment.objects.all(), request.user)
    return own.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None


def read_copy(request: HttpRequest) -> dict[str, Any]:
    """What `?copy=` puts into the form."""
    original = find_original(request)
    if original is None:
        return {}
    given = {"site": original.site_id, "name": name_copy(original), "description": original.description}
    return {**given, "rule": original.rule} if original.is_live else given
