"""Who a rule would choose: a first answer at once, the exact one when it is ready."""

import datetime as dt
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from segments.definitions import read_names, read_rule, refuse_instant, select_ids
from segments.models import Segment
from segments.preview.counting import (
    Audience,
    SampleMember,
    count_everybody,
    estimate_audience,
    expects_quick,
    measure_site,
    read_people,
)
from segments.preview.guard import Budget, PreviewTooSlow, guard_database
from segments.preview.margins import Size
from segments.remarks import read_remarks
from segments.rules import Problem, Rule, RuleError, describe_rule, describe_shape
from segments.rules.lint import Remark
from subscribers.models import Site

SMALL_SHARE, LARGE_SHARE = (
    0.05,
    0.50,
)  # the advice of every push platform: at least 5 %, at most half of the list


@dataclass(frozen=True)
class Preview:
    """`share` is of all subscribers (0 to 1); `margin` is 0 where `exact`; `reachable` counts those a push can reach.

    Where the first answer is not exact and those in the sample are too few to say how many there are, `count`,
    `share` and `reachable` are None, and `fewer_than` says what they do not exceed: ask for the exact answer.
    `remarks` are on the rule, placed; `warnings` hold their words, too, after what there is to say of the numbers.
    """

    count: int | None
    exact: bool
    margin: int
    fewer_than: int | None
    total: int
    share: float | None
    reachable: int | None
    sentence: str
    sample: list[SampleMember]
    warnings: list[str]
    remarks: list[Remark]
    took_ms: int
    shape: str  # the sentence without values, for the audit log


def preview_rule(
    site: Site, document: Any, *, as_of: dt.datetime, exact: bool = True, segment: Segment | None = None
) -> Preview:
    """Count and show the audience of a rule document. Not `exact`: at once, from a sample if counting takes longer.

    `segment`: what the rule is saved under, for remarks that depend on who uses it.
    Raises RuleError, or what `guard` raises: PreviewTooSlow past PREVIEW_TIMEOUT_MS, PreviewBusy, PreviewImpossible.
    """
    began = time.monotonic()
    check_instant(as_of, site.pk)
    rule = read_rule(site, document)
    with guard_database(settings.PREVIEW_TIMEOUT_MS, quick=not exact) as budget:
        size = measure_site(site, budget, fresh=exact)
        if exact:
            audience = count_everybody(select_ids(site, rule, as_of=as_of), budget)
        else:
            audience = _glance(site, rule, as_of, size, budget)
    names = read_names(site)
    remarks = read_remarks(site, rule, names, segment=segment, now=as_of, somebody_fits=bool(audience.some))
    return Preview(
        count=audience.count,
        exact=audience.exact,
        margin=audience.margin,
        fewer_than=audience.fewer_than,
        total=size.total,
        share=_find_share(audience, size),
        reachable=audience.reachable,
        sentence=describe_rule(rule, names),
        sample=read_people(audience.some),
        warnings=[
            *_advise(audience, size),
            *dict.fromkeys(remark.message for remark in remarks),
        ],
        remarks=remarks,
        took_ms=round((time.monotonic() - began) * 1000),
        shape=describe_shape(rule, names),
    )


def check_instant(as_of: dt.datetime, site_id: int | None = None) -> None:
    """Raise RuleError for an instant of which nothing can be asked."""
    problem = refuse_instant(as_of, site_id)
    if problem:
        raise RuleError([Problem("as_of", problem)])


def _glance(site: Site, rule: Rule, as_of: dt.datetime, size: Size, budget: Budget) -> Audience:
    """Exact where that is quick, else from the sample."""
    members = select_ids(site, rule, as_of=as_of)
    if expects_quick(members, budget):
        with suppress(PreviewTooSlow):
            return count_everybody(members, budget, most_ms=settings.PREVIEW_QUICK_MS)
    return estimate_audience(select_ids(site, rule, as_of=as_of, sampled=True), size, budget)


def _find_share(audience: Audience, size: Size) -> float | None:
    if audience.count is None:
        return None
    return min(audience.count / size.total, 1.0) if size.total else 0.0


def _advise(audience: Audience, size: Size) -> list[str]:
    count, total = audience.count, size.total
    if count is None:
        return []
    if not count:
        return ["Nobody is in this segment right now."]
    advice = []
    if count < SMALL_SHARE * total:
        advice.append(
            "This is less than 5 % of your subscribers. That is fine for a special message; for a wider campaign, loosen the rule."
        )
    if count > LARGE_SHARE * total:
        advice.append(
            "This is more than half of your subscribers. The narrower the audience, the better a message can fit it."
        )
    if audience.exact and not audience.reachable:
        advice.append("Nobody of them can be reached by push.")
    return advice
