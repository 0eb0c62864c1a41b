"""Subscribers to look at a message with, or to send a test to."""

import uuid

from django.db.models import Q, QuerySet

from subscribers.customer_ids import clean_customer_id
from subscribers.models import Site, Subscriber
from subscribers.viewing import find_hidden, mask_field


def find_samples(site: Site, query: str = "", *, reachable: bool = False) -> QuerySet[Subscriber]:
    """A site's subscribers, seen last first, whose customer id, email or uuid has `query` in it or is it.

    `reachable`: only those with a device that can receive a push now.
    """
    people = Subscriber.objects.filter(site=site)
    people = people.reachable() if reachable else people.living()
    query = clean_customer_id(query)
    if query:
        hidden = find_hidden(site.pk).fields  # whoever may not see it may not try it out, either
        matches = Q(pk__in=[])
        for field in {"external_id", "email"} - hidden:
            matches |= Q(**{f"{field}__icontains": query})
        prefix = query.lower().removeprefix("visitor ").strip()
        if span := _span_of_uuids(prefix):
            matches |= Q(uuid__range=span)
        people = people.filter(matches)
    return people.order_by("-last_seen_at")


def describe_sample(subscriber: Subscriber) -> str:
    """The name of a subscriber with what tells two visitors apart."""
    parts = [
        str(subscriber),
        mask_field("city", subscriber.city, subscriber.site_id) or subscriber.country,
        subscriber.timezone,
    ]
    return " · ".join(part for part in parts if part)


def _span_of_uuids(prefix: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    digits = prefix.replace("-", "")
    if not 4 <= len(digits) <= 32 or not set(digits) <= set("0123456789abcdef"):
        return None
    return uuid.UUID(digits.ljust(32, "0")), uuid.UUID(digits.ljust(32, "f"))
