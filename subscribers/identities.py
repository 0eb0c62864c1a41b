"""From a name (a browser's uuid, a customer's id) to the one subscriber it leads to, made if there is none yet."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import connection, transaction

from subscribers.arrays import write_array, write_texts
from subscribers.changes import PERSON, note_changes
from subscribers.ids import take_ids
from subscribers.models import Identity, Site, Subscriber

Name = tuple[str, str]  # kind and value of an Identity

READ_IDENTITIES = """
SELECT value, subscriber_id FROM subscribers_identity WHERE site_id = %s AND kind = %s AND value = ANY(%s::text[])
"""
LOCK = "SELECT * FROM subscribers_subscriber WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def find_subscriber(*, site: Site, kind: str, value: str) -> Subscriber | None:
    identity = Identity.objects.select_related("subscriber").filter(site=site, kind=kind, value=value).first()
    return identity.subscriber if identity else None


def find_or_create_subscriber(
    *, site: Site, kind: str, value: str, source: str, now: dt.datetime
) -> Subscriber:
    """The living subscriber of this name, locked for the caller's transaction."""
    return find_or_create_subscribers(site=site, names={(kind, value): source}, now=now)[kind, value]


def find_or_create_subscribers(
    *, site: Site, names: Mapping[Name, str], now: dt.datetime
) -> dict[Name, Subscriber]:
    """The same for many names at once; `names` says for each whence it came (sdk, api, import)."""
    leads = _read_identities(site, names)
    missing = {name: source for name, source in names.items() if name not in leads}
    if missing:
        _create_subscribers(site, missing, now)
        leads = _read_identities(site, names)
    people = lock_subscribers(leads.values())
    return {name: people[pk] for name, pk in leads.items()}


def lock_subscribers(ids: Iterable[int]) -> dict[int, Subscriber]:
    """Each id's living subscriber (the survivor, where it was merged), locked until the transaction ends.

    Rows are locked in the order of their ids, so that two stages which want the same people rarely deadlock.
    """
    wanted = set(ids)
    found: dict[int, Subscriber] = {}
    missing = wanted
    while missing:
        found.update({row.pk: row for row in Subscriber.objects.raw(LOCK, [write_array(missing)])})
        missing = {row.merged_into_id for row in found.values() if row.merged_into_id} - found.keys()
    return {pk: _survivor(found, found[pk]) for pk in wanted & found.keys()}


@transaction.atomic
def delete_subscribers(people: Collection[Subscriber], *, now: dt.datetime) -> None:
    """Forget people for good, with all they did; what is kept true about them is told."""
    by_site: defaultdict[int, list[int]] = defaultdict(list)
    for person in people:
        by_site[person.site_id].append(person.pk)
    for site_id, ids in by_site.items():
        note_changes(site_id, {PERSON: ids}, now=now)
    Subscriber.objects.filter(pk__in=[person.pk for person in people]).delete()


def _survivor(found: Mapping[int, Subscriber], row: Subscriber) -> Subscriber:
    while row.merged_into_id:
        row = found[row.merged_into_id]
    return row


def _read_identities(site: Site, names: Collection[Name]) -> dict[Name, int]:
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for kind, value in names:
        by_kind[kind].append(value)
    leads: dict[Name, int] = {}
    with connection.cursor() as cursor:
        for kind, values in by_kind.items():
            cursor.execute(READ_IDENTITIES, [site.pk, kind, write_texts(values)])
            leads.update({(kind, value): pk for value, pk in cursor.fetchall()})
    return leads


def _create_subscribers(site: Site, names: Mapping[Name, str], now: dt.datetime) -> None:
    """One subscriber for each name; where another worker was faster, its subscriber stands and ours goes."""
    ordered = sorted(names)
    made = take_ids(_new_subscriber(site, kind, value, names[kind, value], now) for kind, value in ordered)
    Subscriber.objects.bulk_create(made)
    Identity.objects.bulk_create(
        (
            Identity(site=site, kind=kind, value=value, subscriber=subscriber)
            for (kind, value), subscriber in zip(ordered, made, strict=True)
        ),
        ignore_conflicts=True,
    )
    named = Identity.objects.filter(subscriber__in=made).values_list("subscriber_id", flat=True)
    nameless = {subscriber.pk for subscriber in made} - set(named)
    note_changes(site.pk, {PERSON: [subscriber.pk for subscriber in made]}, now=now)
    if nameless:
        Subscriber.objects.filter(pk__in=nameless).delete()


def _new_subscriber(site: Site, kind: str, value: str, source: str, now: dt.datetime) -> Subscriber:
    anonymous = kind == Identity.Kind.ANONYMOUS
    return Subscriber(
        site=site,
        uuid=uuid.UUID(value) if anonymous else uuid.uuid4(),
        external_id="" if anonymous else value,
        source=source,
        created_at=now,
        last_seen_at=now,
    )
