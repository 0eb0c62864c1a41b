"""Who was sent what is known for as long as the site keeps it. After that it is nobody's, and reports count as before."""

import datetime as dt

from django.db import transaction

from campaigns.anonymity import move_to_nobody
from campaigns.models import Delivery, Occurrence
from subscribers.models import Site

BATCH = 500  # people of one campaign
MOST_BATCHES = 200


def forget_deliveries(*, now: dt.datetime) -> int:
    """Of every site that keeps them for so long only: those of runs that were over by then; how many people's."""
    moved = 0
    for site in Site.objects.filter(keep_delivery_weeks__gt=0).order_by("pk"):
        over = now - dt.timedelta(weeks=site.keep_delivery_weeks)
        campaigns = Occurrence.objects.filter(campaign__site=site, finished_at__lt=over)
        still = Occurrence.objects.filter(campaign__site=site).exclude(finished_at__lt=over)
        # All runs of a campaign at once: the same person is the same nobody in each.
        for pk in (
            campaigns.exclude(campaign__in=still.values("campaign"))
            .values_list("campaign", flat=True)
            .distinct()
        ):
            moved += _forget_of(pk)
    return moved


def _forget_of(campaign_id: int) -> int:
    moved = 0
    for _ in range(MOST_BATCHES):
        with transaction.atomic():
            theirs = Delivery.objects.filter(campaign=campaign_id, subscriber_id__gt=0)
            people = list(theirs.order_by().values_list("subscriber_id", flat=True).distinct()[:BATCH])
            if not people:
                break
            move_to_nobody([(campaign_id, person) for person in people])
            moved += len(people)
    return moved
