"""Attributes that somebody announces before the first value of them has come."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from subscribers.definitions import DEFINITIONS_PER_SITE, read_room
from subscribers.keys import clean_key
from subscribers.models import Attribute, Site

THERE = "There is an {} “{}” already. Choose it from the list."


class DeclarationError(ValueError):
    """What is announced cannot be; the message says why."""


def declare_attribute(site: Site, key: str, *, type_: str, element_type: str, description: str) -> Attribute:
    """Announce an attribute: its first value will be read as this type. Raises DeclarationError."""
    key = clean_key(key)
    attribute = Attribute(
        site=site,
        key=key,
        type=type_,
        element_type=element_type,
        description=description,
        first_seen_at=None,
    )
    known = Attribute.objects.filter(site=site)
    if known.filter(key=key).exists():
        raise DeclarationError(THERE.format("attribute", key))
    if not read_room(site.pk, from_browsers=False):
        raise DeclarationError(f"A site can have {DEFINITIONS_PER_SITE:,} attributes, and this one has them.")
    try:
        attribute.full_clean(exclude=["site"])
    except ValidationError as error:
        raise DeclarationError(" ".join(error.messages)) from None
    try:
        with transaction.atomic():
            attribute.save(force_insert=True)
    except IntegrityError:  # between the look and now
        raise DeclarationError(THERE.format("attribute", key)) from None
    return attribute
