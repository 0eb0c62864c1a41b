"""A few people of a count, as the pages show them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince

from segments.models import Segment
from segments.preview import SampleMember
from subscribers.models import Site


def describe_people(
    people: Iterable[SampleMember], request: HttpRequest, site: Site, now: dt.datetime
) -> list[dict[str, Any]]:
    """Label, a note, and the address of their page for whoever may open it."""
    may_open = may_see_people(request, site)
    return [
        {
            "label": member.label,
            "note": _describe_member(member, now),
            "url": reverse("admin:subscribers_subscriber_change", args=[member.id]) if may_open else None,
        }
        for member in people
    ]


def may_see_people(request: HttpRequest, of: Site | Segment) -> bool:
    return request.user.has_perm("subscribers.view_subscriber", of)


def _describe_member(member: SampleMember, now: dt.datetime) -> str:
    seen = f"seen {timesince(member.last_seen_at, now, depth=1)} ago"
    return " · ".join(filter(None, [member.country, seen, "" if member.reachable else "no push"]))
