"""What a site has seen so far, read for whoever writes rules."""

from segments.rules.operators import Family
from segments.rules.seen import Seen
from subscribers.models import Attribute, Site
from tracking.models import EventType
from tracking.wording import RESERVED


def read_seen(site: Site) -> Seen:
    """The site's attributes and events, in two queries. The reserved events may come at any time: they are known."""
    attributes = list(Attribute.objects.filter(site=site).values_list("key", "type", "element_type"))
    events = EventType.objects.filter(site=site).values_list("name", "properties")
    return Seen(
        {key: Family(family) for key, family, _ in attributes},
        {name: {} for name in RESERVED}
        | {name: {key: Family(kind) for key, kind in properties.items()} for name, properties in events},
        {key: Family(element) for key, family, element in attributes if family == Family.LIST},
    )
