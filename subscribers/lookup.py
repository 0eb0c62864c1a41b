"""Find somebody by what people know of them."""

import uuid

from django.db.models import Q, QuerySet

from subscribers.customer_ids import clean_customer_id
from subscribers.models import Identity, Site, Subscriber
from subscribers.viewing import find_hidden

MOST_FOUND = 20
SHORTEST_START = 3  # of an e-mail address; fewer letters begin too many


def find_by_browser(browser: uuid.UUID) -> set[int]:
    """The ids of those whom this browser id leads to, on any site: whoever was merged is found by all they had.

    A person's own uuid counts even where no identity tells of it: whoever was imported has none.
    """
    sites = list(Site.objects.values_list("pk", flat=True))  # both tables are indexed by site first
    named = Identity.objects.filter(site__in=sites, kind=Identity.Kind.ANONYMOUS, value=str(browser))
    own = Subscriber.objects.filter(site__in=sites, uuid=browser)
    found = {*named.values_list("subscriber_id", flat=True), *own.values_list("pk", flat=True)}
    living: set[int] = set()
    while found:
        people = Subscriber.objects.filter(pk__in=found).values_list("pk", "merged_into_id")
        living |= {pk for pk, survivor in people if survivor is None}
        found = {survivor for _, survivor in people if survivor is not None}
    return living


def find_people(site: Site, text: str) -> list[Subscriber]:
    """The living subscribers of a site with this customer id, e-mail address or browser's uuid, last seen first.

    Written in full; where nobody is known by that, the start of an e-mail address does. Several people can share an
    address; at most `MOST_FOUND` are given.
    """
    text = text.strip()
    if not text or "\0" in text:
        return []
    hidden = find_hidden(site.pk).fields  # whoever may not see it may not try it out, either
    named = Q(pk__in=[])
    if "external_id" not in hidden:
        named |= Q(external_id=clean_customer_id(text))
    if "email" not in hidden:
        named |= Q(email__iexact=text)
    try:
        browser = uuid.UUID(text)
    except ValueError:
        pass
    else:
        identities = Identity.objects.filter(site=site, kind=Identity.Kind.ANONYMOUS, value=str(browser))
        named |= Q(uuid=browser) | Q(pk__in=list(identities.values_list("subscriber_id", flat=True)))
    people = Subscriber.objects.living().filter(site=site)
    found = list(people.filter(named).order_by("-last_seen_at", "pk")[:MOST_FOUND])
    return found or ([] if "email" in hidden else _find_by_start(people, text))


def _find_by_start(people: QuerySet[Subscriber], text: str) -> list[Subscriber]:
    """Any `MOST_FOUND` of them: the index that finds them quickly knows no order."""
    if len(text) < SHORTEST_START:
        return []
    found = list(people.filter(email__istartswith=text).order_by()[:MOST_FOUND])
    return sorted(found, key=lambda person: (person.email.lower(), person.pk))
