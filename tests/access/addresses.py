"""Every address there is, out of the URL configuration, with the rows of a site put into it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.world import World

PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
SETTLED = {
    "content_type_id": "1",
    "url": "nowhere",
    "app_label": "campaigns",
    "name": "carillon.js",
}
# By the name of the part of an address: the row it stands for, where the address says nothing of the model.
NAMED = {
    "site_id": "subscribers.site",
    "site": "subscribers.site",
    "subscriber_id": "subscribers.subscriber",
    "subscriber": "subscribers.subscriber",
    "segment_id": "segments.segment",
    "campaign_id": "campaigns.campaign",
    "upload_id": "upload",
    "key_id": "access.apikey",
    "id": "auth.user",
    "secret": "secret",
}
RESOURCES = {
    "sites": "subscribers.site",
    "places": "subscribers.place",
    "attributes": "subscribers.attribute",
    "subscribers": "subscribers.subscriber",
    "event-types": "tracking.eventtype",
    "segments": "segments.segment",
    "campaigns": "campaigns.campaign",
    "audit": "access.auditentry",
}


@dataclass(frozen=True)
class Address:
    """`pattern` as it is configured, without the signs of regular expressions."""

    pattern: str
    name: str
    parts: tuple[str, ...]
    methods: tuple[str, ...]

    def __str__(self) -> str:
        return self.pattern

    @property
    def is_about_a_row(self) -> bool:
        return bool(set(self.parts) - SETTLED.keys()) and not self.is_of_no_site

    @property
    def is_of_no_site(self) -> bool:
        """One's own log-in, sessions and keys; the shop of the demo."""
        return self.pattern.startswith(("admin/account/", "demo/"))

    def fill(self, world: World) -> str:
        """Raises KeyError for a part that nobody here knows: say above what it stands for."""
        return "/" + PART.sub(lambda match: self._find(match[1] or match[2], world), self.pattern)

    def _find(self, part: str, world: World) -> str:
        if part in SETTLED or self.is_of_no_site:
            return SETTLED.get(part, "1")
        if part == "number":
            return "1"
        words = self.pattern.split("/")
        if part == "object_id":
            row = world.rows.get(f"{words[1]}.{words[2]}")
            return str(row.pk) if row else "1"
        name = RESOURCES[words[2]] if part == "pk" else NAMED[part]
        if name == "segments.segment" and ("uploads" in words or "members" in words):
            name = "list"
        return str(world.rows[name].pk)


def list_addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: Sequence[Any], before: str) -> Iterator[Address]:
    for each in patterns:
        whole = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, whole)
        elif isinstance(each, URLPattern):
            text = re.sub(r"\^|\$$|\\Z$", "", whole).replace("\\.", ".")
            parts = tuple(match[1] or match[2] for match in PART.finditer(text))
            actions = getattr(each.callback, "actions", None) or {}
            yield Address(text, each.name or "", parts, tuple(method.upper() for method in actions))
