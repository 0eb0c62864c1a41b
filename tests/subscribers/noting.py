"""What waits for those who keep something true about people, for tests: read, and forgotten."""

from subscribers.models import Site, SubscriberChange

Noted = dict[str, set[int] | None]


def read_noted(site: Site) -> Noted:
    """For each topic that was noted, who is concerned; None: everybody."""
    noted: Noted = {}
    for change in SubscriberChange.objects.filter(site=site).order_by("pk"):
        if change.subscriber_ids is None:
            noted[change.topic] = None
        else:
            known = noted.setdefault(change.topic, set())
            if known is not None:
                known.update(change.subscriber_ids)
    return noted


def forget_noted() -> None:
    """As if all that happened so far had been followed."""
    SubscriberChange.objects.all().delete()
