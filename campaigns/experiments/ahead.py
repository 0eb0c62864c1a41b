"""Trying the versions one day ahead at the same local hour, so that all who try them have had it before it is decided."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from campaigns.models import Campaign
from campaigns.schedule import resolve_local_time


def can_test_ahead(campaign: Campaign, *, now: dt.datetime) -> bool:
    """Whether that is another test than the one it has, and the day before is still to come by the site's clock."""
    if campaign.test_ahead or campaign.schedule != Campaign.Schedule.LOCAL or not campaign.decides_by_itself:
        return False
    if campaign.local_date is None or campaign.local_time is None:
        return False
    day_before = campaign.local_date - dt.timedelta(days=1)
    return resolve_local_time(day_before, campaign.local_time, ZoneInfo(campaign.site.timezone)) >= now


@transaction.atomic
def choose_test_ahead(campaign: Campaign, *, by: User | None, now: dt.datetime) -> bool:
    """Have the draft test a day ahead; False if it cannot, or is no draft any more."""
    locked = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    if locked.status != Campaign.Status.DRAFT or not can_test_ahead(locked, now=now):
        return False
    locked.test_ahead = True
    locked.changed_by = by
    locked.save(update_fields=["test_ahead", "changed_by", "updated_at"])
    return True
