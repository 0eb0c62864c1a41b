"""What a site has seen so far, read for whoever writes rules."""

from segments.rules.operators import Family
from segments.rules.seen import Seen
from subscribers.models import Attribute, Site
from tracking.models import EventType
from tracking.wording import RESERVED


def read_seen(site: Site) -> Seen:
    """The site's attributes and events, in two queries. The reserved events may come at any time: they are known.

    What was announced and has not come is not seen.
    """
    attributes = Attribute.objects.filter(site=site).values_list(
        "key", "type", "element_type", "first_seen_at"
    )
    events = EventType.objects.filter(site=site).values_list(
        "name", "properties", "declared", "first_seen_at"
    )
    come = [row for row in attributes if row[3] is not None]
    return Seen(
        {key: Family.LIST if kind == Attribute.Type.OBJECT else Family(kind) for key, kind, _, _ in come},
        {name: {} for name in RESERVED}
        | {
            name: {key: Family(kind) for key, kind in properties.items()}
            for name, properties, _, first_seen_at in events
            if first_seen_at is not None
        },
        {key: Family(element) for key, kind, element, _ in come if kind == Attribute.Type.LIST},
        frozenset(
            [("", key) for key, _, _, first_seen_at in attributes if first_seen_at is None]
            + [(name, "") for name, _, _, first_seen_at in events if first_seen_at is None]
            + [(name, key) for name, _, declared, _ in events for key in declared]
        ),
    )
