"""Names of attributes and events that a site has room for, told before there is none left."""

from django.db.models import Count, OuterRef, Subquery

from subscribers.definitions import DEFINITIONS_PER_SITE
from subscribers.kept_aside import list_beyond
from subscribers.models import Attribute, Site, Standing
from subscribers.remembering import Remembered
from tracking.event_names import EVENT_TYPES_PER_SITE
from tracking.models import EventType

NEAR = 0.9
KEEP_SECONDS = 60
_said = Remembered[list[str]](list[str])


def read_limits(sites: list[Site]) -> list[str]:
    """The same as `list_limits`, at most a minute old."""
    key = f"limits:{','.join(str(site.pk) for site in sites)}"
    said = _said.recall(key)
    if said is None:
        said = list_limits(sites)
        _said.keep(key, said, KEEP_SECONDS)
    return said


def list_limits(sites: list[Site]) -> list[str]:
    """A sentence for each site and kind of name of which nearly all are taken."""
    counted = Site.objects.filter(pk__in=[site.pk for site in sites]).order_by("pk")
    said = []
    for site in counted.annotate(attribute_count=_count(Attribute), event_count=_count(EventType)):
        for taken, most, kind in (
            (site.attribute_count or 0, DEFINITIONS_PER_SITE, "attributes"),
            (site.event_count or 0, EVENT_TYPES_PER_SITE, "events"),
        ):
            if taken >= NEAR * most:
                said.append(_say(site, taken, most, kind))
    return said


def _count(model: type[Attribute] | type[EventType]) -> Subquery:
    rows = model.objects.filter(site=OuterRef("pk"), standing=Standing.ACCEPTED).order_by().values("site")
    return Subquery(rows.annotate(number=Count("pk")).values("number"))


def _say(site: Site, taken: int, most: int, kind: str) -> str:
    sentence = f"{site.name} has {taken:,} of the {most:,} names of {kind} that it can have."
    beyond = list(list_beyond(site)) if kind == "attributes" and taken >= most else []
    if beyond:
        return f"{sentence} There was no room for {', '.join(f'“{key}”' for key in beyond)}: what is sent of them is kept aside."
    if taken >= most:
        return f"{sentence} No other is taken: ask your developers whether names are made up, as from ids."
    return f"{sentence} Ask your developers whether names are made up, as from ids, before there is no room for more."
