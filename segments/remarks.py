"""All that is remarked on a rule while it is being written, gathered for one site. None of it forbids anything."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from segments.models import Segment
from segments.named_values import list_unseen_values
from segments.rules import Names, Rule
from segments.rules.costs import list_costs
from segments.rules.kept import list_cut_short
from segments.rules.lint import Remark, keep_first, lint_rule
from segments.rules.seen import list_uses
from segments.seen import read_seen
from subscribers.models import AttributeConversion, Site
from tracking.hot_properties import find_hot_column
from tracking.log import find_log_start
from tracking.models import Event, EventType

# Below so many events everything is counted in a moment.
LARGE_SITE = 100_000
MOST_REMARKS = 10  # who has put those right sees the next


def read_remarks(  # noqa: PLR0913 - the rule, and what is known of it
    site: Site,
    rule: Rule,
    names: Names,
    *,
    segment: Segment | None = None,
    now: dt.datetime,
    somebody_fits: bool = False,
) -> list[Remark]:
    """The most useful first, at most one on each condition. `segment` is what the rule is, or will be, saved under;
    `somebody_fits`: that much has been found out already."""
    remarks = [*_find_conversions(site, rule), *lint_rule(rule, read_seen(site), names)]
    remarks += list_unseen_values(site, rule, now=now, somebody_fits=somebody_fits)
    begins_at = find_log_start(site.pk)
    if begins_at:
        remarks += list_cut_short(rule, begins_at, as_of=now, zone=site.zone)
    if segment is not None:
        remarks += _ask_who_uses_it(segment, rule, names, now)
    costs = list_costs(rule, lambda event, name: find_hot_column(event, name) is not None)
    if costs and _is_large(site):
        remarks += costs
    return keep_first(remarks)[:MOST_REMARKS]


def _find_conversions(site: Site, rule: Rule) -> Iterator[Remark]:
    """Attributes whose type was changed, and whose values are still on their way."""
    going = AttributeConversion.objects.filter(attribute__site=site, finished_at=None)
    keys = set(going.values_list("attribute__key", flat=True))
    for use in list_uses(rule.root) if keys else ():
        if not use.event and use.key in keys:
            label = use.label[0].upper() + use.label[1:]
            yield Remark(
                use.path,
                f"{label} is being converted to another type. Until that is done, people may be missing here.",
            )


def _is_large(site: Site) -> bool:
    """Told from the index, of which no more is read than it takes."""
    types = list(EventType.objects.filter(site=site).values_list("pk", flat=True))
    return bool(
        Event.objects.filter(event_type__in=types)
        .order_by()[LARGE_SITE : LARGE_SITE + 1]
        .values("event_type")
    )


def _ask_who_uses_it(segment: Segment, rule: Rule, names: Names, now: dt.datetime) -> Iterator[Remark]:
    """What the apps above have to say: the project names their functions, we know none of them."""
    for path in settings.SEGMENT_REMARKS:
        yield from import_string(path)(segment, rule, names, now=now)
