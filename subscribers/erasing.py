"""Erasing people for good (GDPR, article 17), and reading all that is held of one (articles 15 and 20).

Both go through the same list of tables (subscribers/holdings.py). Counts of campaigns and segments stay what they were.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from subscribers.changes import PERSON, note_changes
from subscribers.holdings import People, list_holdings
from subscribers.identities import lock_subscribers
from subscribers.models import Identity, Subscriber


@dataclass(frozen=True)
class Held:
    """One table, and how many of its rows are about somebody."""

    table: str
    what: str
    goes: str
    rows: int


@transaction.atomic
def erase_people(site_id: int, ids: Collection[int], *, now: dt.datetime) -> list[Held]:
    """Forget these subscribers of a site, and whoever was merged into them; what went, table by table.

    Whatever of them waits to be applied goes first, and nothing is applied meanwhile: nothing brings them back. Who was
    erased already, or belongs to another site, is passed over.
    """
    holdings = list_holdings()
    for holding in holdings:
        holding.stand_still()
    people = find_people(site_id, lock_subscribers(ids).keys())
    if not people.ids:
        return []
    note_changes(site_id, {PERSON: people.ids}, now=now)
    return [
        Held(holding.table, holding.what, holding.goes, holding.erase(people, now)) for holding in holdings
    ]


def find_people(site_id: int, ids: Iterable[int]) -> People:
    """With all that were merged into them, however often, and those they were merged into: they are one."""
    known: set[int] = set()
    found = set(Subscriber.objects.filter(site=site_id, pk__in=list(ids)).values_list("pk", flat=True))
    while found - known:
        known |= found
        kin = Subscriber.objects.filter(Q(merged_into__in=known) | Q(shells__in=known), site=site_id)
        found = set(kin.values_list("pk", flat=True))
    rows = Subscriber.objects.filter(pk__in=known)
    names = set(Identity.objects.filter(subscriber__in=known).values_list("kind", "value"))
    emails = set()
    for uuid, external_id, email in rows.values_list("uuid", "external_id", "email"):
        names.add((str(Identity.Kind.ANONYMOUS), str(uuid)))
        names |= {(str(Identity.Kind.EXTERNAL), external_id)} if external_id else set()
        emails |= {email} if email else set()
    return People(site_id, tuple(sorted(known)), tuple(sorted(names)), tuple(sorted(emails)))


def count_held(subscriber: Subscriber) -> list[Held]:
    """What erasing them would do, table by table."""
    people = find_people(subscriber.site_id, [subscriber.pk])
    return [
        Held(holding.table, holding.what, holding.goes, sum(1 for _ in holding.read(people)))
        for holding in list_holdings()
    ]


def export_person(subscriber: Subscriber, *, now: dt.datetime) -> dict[str, Any]:
    """All that is held of somebody, for them to read and to take elsewhere: plain values, one list of rows a table."""
    people = find_people(subscriber.site_id, [subscriber.pk])
    return {
        "format": "carillon-person",
        "version": 1,
        "exported_at": now,
        "site": {"name": subscriber.site.name, "url": subscriber.site.url},
        "person": {
            "id": subscriber.pk,
            "customer_ids": [value for kind, value in people.names if kind == Identity.Kind.EXTERNAL],
            "browsers": [value for kind, value in people.names if kind == Identity.Kind.ANONYMOUS],
            "emails": list(people.emails),
        },
        "tables": [
            {"table": holding.table, "what": holding.what, "rows": list(holding.read(people))}
            for holding in list_holdings()
        ],
    }
