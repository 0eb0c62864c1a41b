"""Which names of events, properties and attributes segments use; and what becomes of their rules when one is renamed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser

from segments.models import Segment
from segments.rules import RuleError, parse_rule
from segments.rules.paths import EACH
from segments.rules.seen import Use, list_uses
from segments.versions import keep_definition
from subscribers.keys import clean_key
from subscribers.models import Site
from subscribers.name_users import Name, Usage, Used


def list_used(site: Site) -> Used:
    """In the rules of all live segments."""
    uses = [use for segment in _list_live(site) for use in _read_uses(segment)]
    return Used(
        frozenset(use.event for use in uses if use.event),
        frozenset(use.key for use in uses if use.key and not use.event),
        frozenset((use.event, use.key) for use in uses if use.key and use.event),
    )


def list_usages(site: Site, name: Name) -> list[Usage]:
    """The segments whose rules name it."""
    return [
        Usage(f"the segment “{each.name}”", "segments.segment", each.pk)
        for each in _list_live(site)
        if _names(each, name)
    ]


def rename(site: Site, old: Name, new: str, *, now: dt.datetime) -> None:
    """In the caller's transaction: each rule that names it becomes another version, and is built anew."""
    for segment in _list_live(site).select_for_update(of=("self",), no_key=True).order_by("pk"):
        if _names(segment, old):
            segment.rule = rename_in(segment.rule, old, new)
            segment.save(update_fields=["rule", "updated_at"])
            keep_definition(segment, by=AnonymousUser(), now=now)


def rename_in(document: Any, old: Name, new: str) -> Any:
    """A rule document, or a goal, with another name."""
    if isinstance(document, list):
        return [rename_in(each, old, new) for each in document]
    if not isinstance(document, dict):
        return document
    renamed = {key: rename_in(each, old, new) for key, each in document.items()}
    if old.of_attribute:
        return _replace(renamed, "key", old.text, new) if document.get("type") == "attribute" else renamed
    if not old.of:
        return _replace(renamed, "event", old.text, new)
    if _clean(document.get("event")) != old.of:
        return renamed
    tests = renamed.get("where")
    if isinstance(tests, list):
        renamed["where"] = [
            _replace(test, "property", old.text, new) if isinstance(test, dict) else test for test in tests
        ]
    return _replace(renamed, "property", old.text, new)


def leads_into(path: str, name: str) -> bool:
    """Whether a rule that names `path` reads `name`, or what is inside it."""
    return path == name or path.startswith((f"{name}.", f"{name}{EACH}"))


def _replace(node: dict[str, Any], place: str, old: str, new: str) -> dict[str, Any]:
    path = _clean(node.get(place))
    if path == old or (place != "event" and leads_into(path, old)):
        return {**node, place: new + path.removeprefix(old)}
    return node


def _clean(name: Any) -> str:
    return clean_key(name) if isinstance(name, str) else ""


def _names(segment: Segment, name: Name) -> bool:
    uses = _read_uses(segment)
    if name.of_attribute or name.of:
        return any(use.event == name.of and leads_into(use.key, name.text) for use in uses)
    return any(use.event == name.text for use in uses)


def _list_live(site: Site) -> Any:
    return Segment.objects.filter(site=site, kind=Segment.Kind.LIVE).select_related("site").order_by("name")


def _read_uses(segment: Segment) -> Iterator[Use]:
    try:
        yield from list_uses(parse_rule(segment.rule).root)
    except RuleError:
        return  # set aside by membership, with the reason
