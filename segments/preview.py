"""Who would be in a segment, asked while its rule is being written. Writes nothing."""

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from segments.definitions import read_names, read_rule, select_subscribers
from segments.models import Segment
from segments.remarks import read_remarks
from segments.rules import Problem, RuleError, describe_rule
from segments.rules.lint import Remark
from segments.rules.windows import EARLIEST, LATEST
from subscribers.models import PushSubscription, Site, Subscriber

SAMPLE = 8
SMALL_SHARE, LARGE_SHARE = (
    0.05,
    0.50,
)  # the advice of every push platform: at least 5 %, at most half of the list


class PreviewTooSlow(Exception):  # noqa: N818  # an answer to the person who asked, not a fault
    """Counting took longer than PREVIEW_TIMEOUT_MS and was stopped."""

    def __init__(self) -> None:
        seconds = settings.PREVIEW_TIMEOUT_MS / 1000
        super().__init__(
            f"Counting took longer than {seconds:g} seconds and was stopped. You can still save the segment."
        )


@dataclass(frozen=True)
class SampleMember:
    id: int
    label: str
    country: str
    last_seen_at: dt.datetime
    reachable: bool


@dataclass(frozen=True)
class Preview:
    """`share` is of all subscribers (0 to 1); `margin` is 0 where `exact`; `reachable` counts those a push can reach.

    `remarks` are on the rule, placed; `warnings` hold their words, too, after what there is to say of the numbers.
    """

    count: int
    exact: bool
    margin: int
    total: int
    share: float
    reachable: int
    sentence: str
    sample: list[SampleMember]
    warnings: list[str]
    remarks: list[Remark]
    took_ms: int


def preview_rule(
    site: Site, document: Any, *, as_of: dt.datetime, segment: Segment | None = None
) -> Preview:
    """Count and show the audience of a rule document, perhaps of a saved `segment`.

    Raises RuleError, or PreviewTooSlow past the time limit.
    """
    if not EARLIEST <= as_of <= LATEST:
        raise RuleError([Problem("as_of", "A moment must lie between the years 1900 and 2200.")])
    began = time.monotonic()
    rule = read_rule(site, document)
    members = select_subscribers(site, rule, as_of=as_of)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true)", [str(settings.PREVIEW_TIMEOUT_MS)]
            )
            total = Subscriber.objects.living().filter(site=site).count()
            numbers = _with_reachability(members).aggregate(
                count=Count("pk"), reachable=Count("pk", filter=Q(is_reachable=True))
            )
            sample = _read_sample(members)
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        # Known by its class, as the server may word it in any language.
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise PreviewTooSlow from error
        raise
    count = numbers["count"]
    names = read_names(site)
    remarks = read_remarks(site, rule, names, segment=segment, now=as_of)
    return Preview(
        count=count,
        exact=True,
        margin=0,
        total=total,
        share=count / total if total else 0.0,
        reachable=numbers["reachable"],
        sentence=describe_rule(rule, names),
        sample=sample,
        warnings=[
            *_advise(count, total, numbers["reachable"]),
            *dict.fromkeys(remark.message for remark in remarks),
        ],
        remarks=remarks,
        took_ms=round((time.monotonic() - began) * 1000),
    )


def _with_reachability(members: QuerySet[Subscriber]) -> QuerySet[Subscriber]:
    device = PushSubscription.objects.active().filter(subscriber=OuterRef("pk"))
    return members.annotate(is_reachable=Case(When(Exists(device), then=Value(True)), default=Value(False)))


def _read_sample(members: QuerySet[Subscriber]) -> list[SampleMember]:
    newest = _with_reachability(members).order_by("-last_seen_at", "pk")[:SAMPLE]
    return [
        SampleMember(row.pk, str(row), row.country, row.last_seen_at, row.is_reachable)  # type: ignore[attr-defined]
        for row in newest  # annotated just above
    ]


def _advise(count: int, total: int, reachable: int) -> list[str]:
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
    if not reachable:
        advice.append("Nobody of them can be reached by push.")
    return advice
