"""Visitors who stay away: nobody who said who they are, nobody with a device. Erased after as long as their site keeps them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet

from subscribers.erasing import erase_people
from subscribers.models import Identity, PushSubscription, Site, Subscriber

BATCH = 200  # people: the inbox stands still for as long as it takes to erase them
MOST_BATCHES = 100


def erase_idle_visitors(*, now: dt.datetime) -> int:
    """Of every site that keeps them for so long only, some batches at a time; how many people."""
    sites = Site.objects.filter(keep_idle_days__gt=0).order_by("pk")
    return sum(_erase_of(site, now) for site in sites)


def _erase_of(site: Site, now: dt.datetime) -> int:
    erased = 0
    for _ in range(MOST_BATCHES):
        people = list(find_idle(site, now=now)[:BATCH])
        if not people:
            break
        erase_people(site.pk, people, now=now)
        erased += len(people)
    return erased


def find_idle(site: Site, *, now: dt.datetime) -> QuerySet[Subscriber, int]:
    """Their ids, in any order. What is known by an e-mail address or a customer id is somebody, not a visitor."""
    since = now - dt.timedelta(days=site.keep_idle_days)
    devices = PushSubscription.objects.active().filter(subscriber=OuterRef("pk"))
    named = Identity.objects.filter(subscriber=OuterRef("pk"), kind=Identity.Kind.EXTERNAL)
    kin = Subscriber.objects.filter(merged_into=OuterRef("pk"), last_seen_at__gte=since)
    idle = Subscriber.objects.living().filter(site=site, last_seen_at__lt=since, external_id="", email="")
    return idle.filter(~Exists(devices), ~Exists(named), ~Exists(kin)).values_list("pk", flat=True)
