"""Find somebody by what people know of them."""

import uuid

from django.db.models import Q

from subscribers.models import Identity, Site, Subscriber

MOST_FOUND = 20


def find_people(site: Site, text: str) -> list[Subscriber]:
    """The living subscribers of a site with this customer id, e-mail address or browser's uuid, last seen first.

    Written in full: part of a name finds nobody. Several people can share an address; at most `MOST_FOUND` are given.
    """
    text = text.strip()
    if not text or "\0" in text:
        return []
    named = Q(external_id=text) | Q(email__iexact=text)
    try:
        browser = uuid.UUID(text)
    except ValueError:
        pass
    else:
        identities = Identity.objects.filter(site=site, kind=Identity.Kind.ANONYMOUS, value=str(browser))
        named |= Q(uuid=browser) | Q(pk__in=list(identities.values_list("subscriber_id", flat=True)))
    people = Subscriber.objects.living().filter(named, site=site)
    return list(people.order_by("-last_seen_at", "pk")[:MOST_FOUND])
