"""Loading the demo shop as if it had been open for sixty days, and erasing it again."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.db import connection, transaction

from campaigns.models import Campaign
from demo.accounts import create_accounts
from demo.campaigns import create_coming_campaigns
from demo.cities import STORES
from demo.history import make_history
from demo.past import play_past
from demo.people import Person, make_people
from demo.products import DEMO_SITE_NAME
from demo.profiles import (
    Character,
    define_attributes,
    make_devices,
    make_identities,
    make_subscriber,
)
from demo.segments import create_segments
from subscribers.ids import take_ids
from subscribers.models import Identity, Place, PushSubscription, Site, Subscriber
from tracking.log import NewEvent, record_events
from tracking.models import Event, EventSummary
from tracking.partitions import prepare_partitions

CHUNK = 200  # people at a time
SEGMENTS_AGE = dt.timedelta(days=30)
BULKY = (Subscriber, Identity, PushSubscription, Event, EventSummary)


def find_demo() -> Site | None:
    return Site.objects.filter(name=DEMO_SITE_NAME).first()


def load_demo(
    *,
    subscribers: int,
    push_origin: str,
    now: dt.datetime,
    advance: Callable[[int], object] = lambda people: None,
) -> Site:
    """Make the demo site with everything in it, or nothing at all; `advance` is told of people as they are written.

    `push_origin` is where their devices are: the loopback push service. Workers see nothing before all is there.
    """
    with transaction.atomic():
        site = _create_site()
        people = make_people(subscribers, now=now)
        while chunk := list(itertools.islice(people, CHUNK)):
            _write_people(site, chunk, push_origin=push_origin, now=now)
            advance(len(chunk))
        _refresh_statistics()
        author = create_accounts()["marketer"]
        segments = create_segments(site)
        play_past(site, segments, author=author, since=now - SEGMENTS_AGE, now=now)
        create_coming_campaigns(site, segments, author=author, now=now)
    prepare_partitions(now=now)
    return site


@transaction.atomic
def erase_demo(site: Site) -> None:
    """Delete the site and all that belongs to it; the accounts stay."""
    Campaign.objects.filter(site=site).delete()
    Event.objects.filter(subscriber__site=site).delete()
    site.delete()


def _create_site() -> Site:
    site = Site.objects.create(
        name=DEMO_SITE_NAME,
        url=f"{settings.PUBLIC_URL}/demo/",
        allowed_origins=[f"http://127.0.0.1:{settings.PORT}"],  # the other name of one's own machine
        timezone="Europe/Berlin",
        contact_email="demo@example.com",
    )
    Place.objects.bulk_create(
        Place(site=site, name=name, latitude=latitude, longitude=longitude)
        for name, (latitude, longitude) in STORES.items()
    )
    define_attributes(site)
    return site


def _write_people(site: Site, people: Sequence[Person], *, push_origin: str, now: dt.datetime) -> None:
    characters = []
    for person in people:
        history = make_history(person, shop_url=site.url, now=now)
        characters.append(Character(person, history, make_subscriber(site, person, history, now=now)))
    Subscriber.objects.bulk_create(take_ids(character.subscriber for character in characters))
    Identity.objects.bulk_create(
        itertools.chain.from_iterable(make_identities(character) for character in characters)
    )
    PushSubscription.objects.bulk_create(
        itertools.chain.from_iterable(
            make_devices(character, push_origin=push_origin) for character in characters
        )
    )
    record_events(site, _list_events(characters), received_at=now)


def _refresh_statistics() -> None:
    """Without them PostgreSQL takes the tables for as empty as they were, and builds segments the slow way."""
    tables = ", ".join(model._meta.db_table for model in BULKY)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _list_events(characters: Iterable[Character]) -> list[NewEvent]:
    return [
        NewEvent(each.id, character.subscriber.pk, each.name, each.at, each.properties, received_at=each.at)
        for character in characters
        for each in character.history
    ]
