"""The candidates of some people: what they did that reaches the goal, beside what they were sent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from campaigns.attribution.credits import Candidate
from campaigns.attribution.money import read_money
from campaigns.attribution.scope import Scope
from subscribers.models import Subscriber
from tracking.log import find_log_start

_READ_EVENTS = """
SELECT delivery.subscriber_id, who.person_id, event.id, event.occurred_at, {revenue},
       delivery.due_at, delivery.displayed_at, delivery.clicked_at, {currency}, {unread}
FROM unnest(%s::bigint[], %s::bigint[]) AS who (subscriber_id, person_id)
JOIN campaigns_delivery AS delivery ON delivery.campaign_id = %s AND delivery.occurrence = %s
     AND delivery.subscriber_id = who.subscriber_id AND delivery.due_at IS NOT NULL
JOIN tracking_event AS event ON event.subscriber_id = who.person_id AND {goal}
"""
_READ_FORGOTTEN = """
SELECT delivery.subscriber_id, who.person_id, conversion.event_id, conversion.converted_at, conversion.revenue,
       delivery.due_at, delivery.displayed_at, delivery.clicked_at, conversion.currency, conversion.unread
FROM unnest(%s::bigint[], %s::bigint[]) AS who (subscriber_id, person_id)
JOIN campaigns_delivery AS delivery ON delivery.campaign_id = %s AND delivery.occurrence = %s
     AND delivery.subscriber_id = who.subscriber_id AND delivery.due_at IS NOT NULL
JOIN campaigns_conversion AS conversion ON conversion.campaign_id = delivery.campaign_id
     AND conversion.occurrence = delivery.occurrence AND conversion.subscriber_id = delivery.subscriber_id
     AND conversion.converted_at < %s
"""


class Merged(NamedTuple):
    """Whom each id stands for today, the living themselves among them."""

    people: Mapping[int, int]

    @property
    def ids(self) -> list[int]:
        return list(self.people)


def find_merged(subscriber_ids: Collection[int]) -> Merged:
    """The people whom these ids stand for today, with all ids that stand for them. Those deleted are left out."""
    people = _find_people(subscriber_ids)
    found = {pk: pk for pk in people}
    shells = found
    while shells:
        rows = Subscriber.objects.filter(merged_into__in=list(shells)).values_list("pk", "merged_into")
        shells = {pk: found[into] for pk, into in rows if into is not None and pk not in found}
        found |= shells
    return Merged(found)


def read_candidates(scope: Scope, merged: Merged) -> Iterator[Candidate]:
    """Everything that these people did and that may count.

    Of what the log has forgotten since, that which was counted: it cannot be looked up again.
    """
    delivered = (merged.ids, list(merged.people.values()), scope.campaign.pk, scope.run.number)
    goal = scope.compile_goal()
    if goal is not None:
        money = read_money(scope.campaign.revenue_property)
        text = _READ_EVENTS.format(
            revenue=money.amount.text, currency=money.currency.text, unread=money.unread.text, goal=goal.text
        )
        params = (*money.amount.params, *money.currency.params, *money.unread.params)
        yield from _read(text, (*params, *delivered, *goal.params))
    begins_at = find_log_start(scope.campaign.site_id)
    if begins_at is not None and scope.bounds.lower is not None and scope.bounds.lower < begins_at:
        yield from _read(_READ_FORGOTTEN, (*delivered, begins_at))


def _find_people(subscriber_ids: Collection[int]) -> set[int]:
    """The ends of their chains of merges."""
    people: set[int] = set()
    ids = set(subscriber_ids)
    while ids:
        rows = Subscriber.objects.filter(pk__in=ids).values_list("pk", "merged_into")
        leads = dict(rows)
        people |= {pk for pk, into in leads.items() if into is None}
        ids = {into for into in leads.values() if into is not None}
    return people


def _read(text: str, params: Sequence[Any]) -> Iterator[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        yield from map(Candidate._make, cursor.fetchall())
