"""The page that says how far it is with names that were merged or deleted, and what they were when it was done."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import site as admin_site
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from access.scoping import find_sites, scope
from subscribers.models import AttributeMove, Site
from tracking.event_names import UNLISTED
from tracking.models import EventSummary, PropertyMove, VocabularyJob

VIEW = "tracking.view_eventtype"
LATEST = 50  # of each kind that are finished


@dataclass(frozen=True)
class Progress:
    """One change: what it is, how many events or people it has moved, and how far that is, where it can be told."""

    what: str
    site: Site
    moved: str
    begun_at: dt.datetime
    finished_at: dt.datetime | None
    left: str = ""


@require_GET
def show_changes(request: HttpRequest) -> HttpResponse:
    if find_sites(request.user, VIEW) == frozenset():
        raise PermissionDenied
    found = sorted(_list_changes(request.user), key=lambda each: each.begun_at, reverse=True)
    context: dict[str, Any] = {
        **admin_site.each_context(request),
        "title": "Changes of names",
        "opts": VocabularyJob._meta.get_field("source").related_model._meta,
        "under_way": [each for each in found if each.finished_at is None],
        "finished": [each for each in found if each.finished_at is not None][:LATEST],
    }
    return TemplateResponse(request, "admin/tracking/changes.html", context)


def _list_changes(who: Any) -> Iterator[Progress]:
    for job in _read(VocabularyJob.objects.select_related("source", "target"), who):
        yield _tell_of_events(job)
    for move in _read(PropertyMove.objects.select_related("event_type"), who):
        people = EventSummary.objects.filter(event_type=move.event_type, subscriber_id__gt=move.position)
        left = _say(people.count(), "person", "people") if move.finished_at is None else ""
        name = f"the property “{move.key}” of “{move.event_type.name}”"
        yield _tell(move, f"{name} {_say_end(move.into)}", _say(move.moved, "event", "events"), left)
    for value in _read(AttributeMove.objects.all(), who):
        done = f"{min(value.position / value.last_id, 1):.0%} done" if value.last_id else ""
        left = done if value.finished_at is None else ""
        what = f"the attribute “{value.key}” {_say_of_attribute(value)}"
        yield _tell(value, what, _say(value.moved, "person", "people"), left)


def _read(rows: QuerySet[Any], who: Any) -> list[Any]:
    """All that are under way, and the latest that are not."""
    own = scope(rows.select_related("site"), who, VIEW)
    open_ones, done = own.filter(finished_at=None), own.exclude(finished_at=None)
    return [*open_ones.order_by("-pk"), *done.order_by("-pk")[:LATEST]]


def _tell_of_events(job: VocabularyJob) -> Progress:
    if job.name:
        what = f"events kept unlisted become “{job.name}”"
    elif job.target is None:
        what = f"“{job.source.name}” goes, with its events"
    elif job.target.name == UNLISTED:
        what = f"“{job.source.name}” gives way to names that more people sent; its events are kept unlisted"
    else:
        what = f"“{job.source.name}” becomes “{job.target.name}”"
    left = ""
    if job.finished_at is None and not job.name:
        left = _say(EventSummary.objects.filter(event_type=job.source).count(), "person", "people")
    return _tell(job, what, _say(job.moved, "event", "events"), left)


def _tell(row: Model, what: str, moved: str, left: str) -> Progress:
    job: Any = row
    words = f"{left} left" if left and not left.endswith("done") else left
    return Progress(what, job.site, moved, job.created_at, job.finished_at, words)


def _say_of_attribute(move: AttributeMove) -> str:
    if move.aside:
        return "gives way to names that more people sent; its values are kept aside"
    if move.into == move.key:
        return "is listed now; what was kept of it follows"
    return _say_end(move.into)


def _say_end(into: str) -> str:
    return f"becomes “{into}”" if into else "goes, with its values"


def _say(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
