"""Customers whose ids look the same, from before ids were kept in one form: each pair becomes one person."""

import datetime as dt

from django.db import transaction

from subscribers.customer_ids import clean_customer_id
from subscribers.identities import find_subscriber, lock_subscribers
from subscribers.merging import merge_subscribers
from subscribers.models import Identity
from tracking.log import move_events

# Plain ASCII without blanks at its ends is in that form.
MAYBE_OTHERWISE = r"[^ -~]|^ | $"


def merge_twins(*, now: dt.datetime) -> int:
    """Returns how many people turned out to be somebody else. The spelling of today is the survivor's."""
    odd = Identity.objects.filter(kind=Identity.Kind.EXTERNAL, value__regex=MAYBE_OTHERWISE).order_by("pk")
    return sum(
        _merge_twin(identity, now)
        for identity in odd.select_related("site").iterator()
        if clean_customer_id(identity.value) not in {"", identity.value}
    )


@transaction.atomic
def _merge_twin(identity: Identity, now: dt.datetime) -> bool:
    value = clean_customer_id(identity.value)
    known = find_subscriber(site=identity.site, kind=Identity.Kind.EXTERNAL, value=value)
    if known is None:
        return False
    people = lock_subscribers([identity.subscriber_id, known.pk])
    shell, survivor = people[identity.subscriber_id], people[known.pk]
    if shell.pk == survivor.pk:
        return False
    merge_subscribers(shell, survivor, now=now)
    move_events(giver=shell, taker=survivor)
    return True
