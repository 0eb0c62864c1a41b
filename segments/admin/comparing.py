"""What the pages that put segments side by side share: whom they show, and how figures come to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from access.scoping import name_seeing, scope
from segments.looking.choosing import ChoiceError, choose_segments, remark_on_segments
from segments.models import Segment
from segments.preview.guard import PreviewBusy, PreviewStopped
from subscribers.models import Site

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Choice:
    """`problem`: why these cannot be shown, in a sentence; none for nothing chosen yet."""

    segments: tuple[Segment, ...]
    problem: str

    @property
    def ids(self) -> str:
        return ",".join(str(segment.pk) for segment in self.segments)


@dataclass(frozen=True)
class Lettered:
    """A segment as pictures and tables name it: by a letter, which a list beside them explains."""

    segment: Segment
    letter: str


def require_view(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> None:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied


def read_choice(request: HttpRequest) -> Choice:
    """The segments of `?ids=3,5,8`; boxes that were ticked come as `?ids=3&ids=5&ids=8`."""
    text = ",".join(request.GET.getlist("ids"))
    if not text:
        return Choice((), "")
    try:
        return Choice(
            tuple(choose_segments(text, among=scope(Segment.objects.all(), request.user), least=1)), ""
        )
    except ChoiceError as error:
        return Choice((), str(error))


def address_of(page: str, **values: str) -> str:
    query = urlencode({key: value for key, value in values.items() if value}, safe=",:")
    address = reverse(f"admin:segments_segment_{page}")
    return f"{address}?{query}" if query else address


def find_answer(read: Callable[[bool], Answer], *, exact: bool) -> tuple[Answer | None, str]:
    """What `read` tells, with a sentence where it is not what was asked for: the estimate where the exact one is too slow."""
    try:
        return read(exact), ""
    except PreviewBusy as error:
        return (None, str(error)) if not exact else (find_answer(read, exact=False)[0], str(error))
    except PreviewStopped:
        seconds = f"{settings.PREVIEW_TIMEOUT_MS / 1000:g} seconds"
        if not exact:
            return None, f"There is too much to count in {seconds}. Choose fewer or smaller segments."
        return find_answer(read, exact=False)[0], f"Counting exactly takes longer than {seconds}."


def letter_segments(segments: Sequence[Segment]) -> list[Lettered]:
    return [Lettered(segment, chr(ord("A") + place)) for place, segment in enumerate(segments)]


def build_context(
    request: HttpRequest, model_admin: ModelAdmin[Segment], choice: Choice, *, title: str
) -> dict[str, Any]:
    """The segments that can be chosen, those that are, and the way between the pages."""
    sites = list(scope(Site.objects.order_by("name", "pk"), request.user, *name_seeing(Segment)))
    site = _find_site(request, choice, sites)
    return {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": Segment._meta,
        "sites": sites if len(sites) > 1 else [],
        "site": site,
        "offered": Segment.objects.filter(site=site).only("name", "member_count").order_by("name"),
        "chosen": {segment.pk for segment in choice.segments},
        "lettered": letter_segments(choice.segments),
        "problem": choice.problem,
        "remarks": remark_on_segments(choice.segments),
        "overlap_url": address_of("overlap", ids=choice.ids),
        "drift_url": address_of("drift", ids=choice.ids),
        "may_save": request.user.has_perm("segments.add_segment", site),
    }


def _find_site(request: HttpRequest, choice: Choice, sites: Sequence[Site]) -> Site | None:
    if choice.segments:
        return choice.segments[0].site
    asked = [site for site in sites if str(site.pk) == request.GET.get("site")]
    return next(iter(asked or sites), None)
