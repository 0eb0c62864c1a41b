"""All that is remarked on a rule while it is being written, gathered for one site. None of it forbids anything."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from segments.models import Segment
from segments.rules import Names, Rule
from segments.rules.lint import Remark, lint_rule
from segments.seen import read_seen
from subscribers.models import Site

MOST_REMARKS = 10  # who has put those right sees the next


def read_remarks(
    site: Site, rule: Rule, names: Names, *, segment: Segment | None = None, now: dt.datetime
) -> list[Remark]:
    """The most useful first, each with the path of its condition. `segment` is what the rule is, or will be, saved under."""
    remarks = lint_rule(rule, read_seen(site), names)
    if segment is not None:
        remarks += _ask_who_uses_it(segment, rule, names, now)
    return remarks[:MOST_REMARKS]


def _ask_who_uses_it(segment: Segment, rule: Rule, names: Names, now: dt.datetime) -> Iterator[Remark]:
    """What the apps above have to say: the project names their functions, we know none of them."""
    for path in settings.SEGMENT_REMARKS:
        yield from import_string(path)(segment, rule, names, now=now)
