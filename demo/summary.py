"""What the demo site holds, in a few lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from django.conf import settings

from campaigns.models import Campaign
from campaigns.reports import count_outcomes
from demo.accounts import PASSWORD
from segments.models import Segment
from subscribers.models import Site, Subscriber
from tracking.models import EventSummary


def describe_demo(site: Site) -> str:
    return "\n".join(
        [*_describe_people(site), *_describe_segments(site), *_describe_campaigns(site), *_describe_doors()]
    )


def _describe_people(site: Site) -> Iterator[str]:
    people = Subscriber.objects.filter(site=site)
    events = sum(EventSummary.objects.filter(subscriber__site=site).values_list("count", flat=True))
    yield f"“{site}”: {people.count():,} people, {people.reachable().count():,} of them reachable; {events:,} events"


def _describe_segments(site: Site) -> Iterator[str]:
    segments = Segment.objects.filter(site=site).order_by("name")
    total = Subscriber.objects.filter(site=site).living().count()
    yield "Segments"
    for segment in segments:
        count = segment.member_count
        yield f"  {segment.name:34} {count:6,}  {count / total:6.1%}"


def _describe_campaigns(site: Site) -> Iterator[str]:
    campaigns = Campaign.objects.filter(site=site).order_by("pk")
    outcomes = count_outcomes(campaigns)
    yield "Campaigns"
    for campaign in campaigns:
        numbers = asdict(outcomes[campaign.pk])
        told = ", ".join(f"{count:,} {name}" for name, count in numbers.items() if count)
        yield f"  {campaign.name:34} {campaign.get_status_display():10} {told}"


def _describe_doors() -> Iterator[str]:
    yield f"Shop   {settings.PUBLIC_URL}/demo/"
    yield f"Admin  {settings.PUBLIC_URL}/admin/  as admin or marketer, password {PASSWORD} unless you changed it"
