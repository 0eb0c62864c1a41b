"""Which rows a request is about, by its address alone: so no view can forget to say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import ResolverMatch

from access.row_values import read_values
from access.scoping import find_site_id

MODELS = {
    "site_id": "subscribers.Site",
    "subscriber_id": "subscribers.Subscriber",
    "subscriber": "subscribers.Subscriber",
    "segment_id": "segments.Segment",
    "campaign_id": "campaigns.Campaign",
    "key_id": "access.ApiKey",
}
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Subject:
    """A row as it was before the request, and what it held."""

    row: Model
    values: dict[str, Any]


def find_model(match: ResolverMatch) -> type[Model] | None:
    """The table that an address of the API or of the admin belongs to."""
    view = getattr(match.func, "cls", None)
    queryset = getattr(view, "queryset", None)
    if queryset is not None:
        model: type[Model] = queryset.model
        return model
    parts = (match.url_name or "").split("_")
    # Apps, too, have underscores in their names: django_celery_beat_periodictask_change.
    for end in range(1, len(parts)):
        app = "_".join(parts[:end])
        if apps.is_installed(app) or app in apps.app_configs:
            models = apps.all_models.get(app, {})
            return models.get(parts[end]) if len(parts) > end else None
    return None


def name_action(match: ResolverMatch, method: str, chosen: str = "") -> str:
    """What is done there, in one word: that of the API's action, or of the admin's page. `chosen`: from a list's actions."""
    actions: Mapping[str, str] = getattr(match.func, "actions", None) or {}
    done = actions.get(method.lower())
    if done is None:
        name, model = match.url_name or "", find_model(match)
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_" if model is not None else ""
        done = name.removeprefix(prefix) or "request"
    if done == "changelist":
        done = chosen or "change"
    return {"create": "add", "update": "change", "partial_update": "change", "destroy": "delete"}.get(
        done, done
    )


def find_subjects(
    match: ResolverMatch, query: Mapping[str, Any] | None = None, *, with_values: bool
) -> list[Subject]:
    """People first, then the innermost: whoever reads why somebody is in a segment reads about that person."""
    rows = [row for row in _find_rows(match) if row is not None]
    asked = find_row(apps.get_model(MODELS["subscriber"]), (query or {}).get("subscriber", ""))
    # Of another site, it is nobody there, and nothing of them was shown.
    if asked is not None and rows and find_site_id(asked) == _find_site(rows[0]):
        rows.append(asked)
    rows.sort(key=lambda row: not hasattr(row, "opaque_id"))
    return [Subject(row, read_values(row) if with_values else {}) for row in rows]


def _find_site(row: Model) -> int | None:
    try:
        return find_site_id(row)
    except LookupError:
        return None


def _find_rows(match: ResolverMatch) -> Iterator[Model | None]:
    own = find_model(match)
    for name in ("pk", "object_id", "id"):
        if own is not None and name in match.kwargs:
            yield find_row(own, match.kwargs[name])
    for name, label in MODELS.items():
        if name not in match.kwargs:
            continue
        if own is not None and own._meta.pk.attname == name:  # one for each site, under the site's id
            yield find_row(own, match.kwargs[name])
        else:
            yield find_row(apps.get_model(label), match.kwargs[name])


def find_row(model: type[Model], key: Any) -> Model | None:
    text = str(key)
    whole = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID if len(text) < 20 else False
    return model._default_manager.filter(pk=int(text)).first() if whole else None
