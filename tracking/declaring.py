"""Events, and properties of events, that somebody announces before the first of them has come."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from subscribers.declaring import THERE, DeclarationError
from subscribers.keys import clean_key
from subscribers.models import Attribute, Site
from tracking.event_names import EVENT_TYPES_PER_SITE, ask_back, read_room
from tracking.log import PROPERTIES_PER_EVENT_TYPE
from tracking.models import EventType

LONGEST_KEY = 100
LONGEST_DESCRIPTION = 200


def declare_event(site: Site, name: str, *, description: str) -> EventType:
    """Announce an event. Raises DeclarationError."""
    name = clean_key(name)
    known = EventType.objects.filter(site=site)
    if name.startswith("$"):
        raise DeclarationError("Names that begin with $ are Carillon’s own. Write it without the $.")
    if not name.isprintable():
        raise DeclarationError("The name may hold printable signs only.")
    if known.filter(name=name).exists():
        raise DeclarationError(THERE.format("event", name))
    if not read_room(site).trusted:
        raise DeclarationError(f"A site can have {EVENT_TYPES_PER_SITE:,} events, and this one has them.")
    event_type = EventType(site=site, name=name, description=description, first_seen_at=None)
    try:
        event_type.full_clean(exclude=["site"])
    except ValidationError as error:
        raise DeclarationError(" ".join(error.messages)) from None
    try:
        with transaction.atomic():
            event_type.save(force_insert=True)
    except IntegrityError:  # between the look and now
        raise DeclarationError(THERE.format("event", name)) from None
    ask_back(site, [event_type])
    return event_type


@transaction.atomic
def declare_property(site: Site, event: str, key: str, *, type_: str, description: str) -> EventType:
    """Announce a property of an event, and the event, too, if nobody has heard of it. Raises DeclarationError."""
    event = clean_key(event)
    row = EventType.objects.select_for_update().filter(site=site, name=event).first()
    event_type = row or declare_event(site, event, description="")
    if key in event_type.property_aliases:
        raise DeclarationError(
            f"“{key}” was merged into “{event_type.property_aliases[key]}”. Choose that one."
        )
    if key in event_type.properties or key in event_type.declared:
        raise DeclarationError(f"“{event}” has a property “{key}” already. Choose it from the list.")
    taken = len(event_type.properties) + len(event_type.declared) - len(event_type.hidden_properties)
    if taken >= PROPERTIES_PER_EVENT_TYPE:
        raise DeclarationError(
            f"An event can have {PROPERTIES_PER_EVENT_TYPE:,} properties, and this one has them."
        )
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise DeclarationError(f"The name must be of 1 to {LONGEST_KEY} printable signs.")
    if type_ not in Attribute.Type.values:
        raise DeclarationError("Choose what kind of value it holds.")
    event_type.declared[key] = {"type": type_, "description": description[:LONGEST_DESCRIPTION]}
    event_type.save(update_fields=["declared"])
    return event_type


def list_awaited_properties(event_type: EventType) -> dict[str, dict[str, str]]:
    """Those that were announced and have not come: name → {type, description}."""
    return {key: told for key, told in event_type.declared.items() if key not in event_type.properties}
