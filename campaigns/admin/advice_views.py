"""While a draft is being written: what a launch would refuse, beside its field, and how many people it would go to."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from access.admin import offer_own
from campaigns.audience import size_audience
from campaigns.forms import CampaignForm
from campaigns.forms.advice import advise
from segments.models import Segment
from subscribers.models import Site
from subscribers.remembering import Remembered

_KEEP_SECONDS = 20
_sizes = Remembered[tuple[int, int]](tuple[int, int])


@require_POST
def show_advice(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Of the form as it stands on the page: nothing of it is saved."""
    if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
        raise PermissionDenied
    form = offer_own(CampaignForm, request.user, "change")(request.POST)
    form.is_valid()
    return JsonResponse({"fields": advise(form, now=timezone.now()), "audience": say_audience(form)})


def say_audience(form: CampaignForm) -> str:
    """“1,204 people, 873 of whom can be reached by push now.”"""
    site = form.find_site()
    if site is None:
        return ""
    chosen = {name: _list_chosen(form, name) for name in ("include_segments", "exclude_segments")}
    segments = Segment.objects.filter(
        site=site, pk__in=chosen["include_segments"] | chosen["exclude_segments"]
    )
    uncounted = [segment.name for segment in segments if not segment.is_counted]
    if uncounted:
        return f"“{uncounted[0]}” is being counted. How many people this goes to is known when that is done."
    people, reachable = _recall_size(site, chosen["include_segments"], chosen["exclude_segments"])
    held_out = _read_percent(form)
    words = f"{people:,} {'person' if people == 1 else 'people'}, {reachable:,} of whom can be reached by push now."
    return f"{words} {held_out} % of them are held out." if held_out else words


def _list_chosen(form: CampaignForm, name: str) -> set[int]:
    values = form[name].value() or ()
    found = (getattr(value, "pk", value) for value in values)
    return {int(value) for value in found if str(value).isdecimal() and len(str(value)) < 19}


def _read_percent(form: CampaignForm) -> int:
    text = str(form["holdout_percent"].value() or "0")
    return int(text) if text.isdecimal() and len(text) < 3 else 0


def _recall_size(site: Site, include: set[int], exclude: set[int]) -> tuple[int, int]:
    """Counting a large site takes a while, and nobody types that fast."""
    key = f"audience:{site.pk}:{sorted(include)}:{sorted(exclude)}".replace(" ", "")
    size = _sizes.recall(key)
    if size is None:
        size = size_audience(site, include, exclude)
        _sizes.keep(key, size, _KEEP_SECONDS)
    return size
