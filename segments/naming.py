"""Which names of events and attributes segments use; and what becomes of their rules when an event is renamed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser

from segments.models import Segment
from segments.rules import RuleError, parse_rule
from segments.rules.seen import Use, list_uses
from segments.versions import keep_definition
from subscribers.keys import clean_key
from subscribers.models import Site
from subscribers.name_users import Used


def list_used(site: Site) -> Used:
    """In the rules of all live segments."""
    uses = [use for segment in _list_live(site) for use in _read_uses(segment)]
    return Used(
        frozenset(use.event for use in uses if use.event),
        frozenset(use.key for use in uses if use.key and not use.event),
    )


def list_usages(site: Site, name: str, *, of_attribute: bool = False) -> list[str]:
    """The segments whose rules name it."""
    return [f"the segment “{each.name}”" for each in _list_live(site) if _names(each, name, of_attribute)]


def rename(site: Site, old: str, new: str, *, now: dt.datetime, of_attribute: bool = False) -> None:
    """In the caller's transaction: each rule that names it becomes another version, and is built anew."""
    for segment in _list_live(site).select_for_update(of=("self",), no_key=True).order_by("pk"):
        if _names(segment, old, of_attribute):
            segment.rule = rename_in(segment.rule, old, new, of_attribute=of_attribute)
            segment.save(update_fields=["rule", "updated_at"])
            keep_definition(segment, by=AnonymousUser(), now=now)


def rename_in(document: Any, old: str, new: str, *, of_attribute: bool = False) -> Any:
    """A rule document with another name."""
    if isinstance(document, list):
        return [rename_in(each, old, new, of_attribute=of_attribute) for each in document]
    if not isinstance(document, dict):
        return document
    renamed = {key: rename_in(each, old, new, of_attribute=of_attribute) for key, each in document.items()}
    place = "key" if of_attribute else "event"
    concerns = document.get("type") == "attribute" if of_attribute else True
    if concerns and isinstance(document.get(place), str) and clean_key(document[place]) == old:
        renamed[place] = new
    return renamed


def _names(segment: Segment, name: str, of_attribute: bool) -> bool:
    uses = _read_uses(segment)
    if of_attribute:
        return any(use.key == name and not use.event for use in uses)
    return any(use.event == name for use in uses)


def _list_live(site: Site) -> Any:
    return Segment.objects.filter(site=site, kind=Segment.Kind.LIVE).select_related("site").order_by("name")


def _read_uses(segment: Segment) -> Iterator[Use]:
    try:
        yield from list_uses(parse_rule(segment.rule).root)
    except RuleError:
        return  # set aside by membership, with the reason
