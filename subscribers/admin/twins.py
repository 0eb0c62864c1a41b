"""Whoever saves something under a name that looks like another one's is told."""

from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from access.scoping import scope
from subscribers.names import find_twin, say_twin


class TellsTwins:
    """For the admin of what has a name; most of it within a site."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]  # mixed into an admin
        if not change or "name" in form.changed_data:
            tell_twin(request, obj)


def tell_twin(request: HttpRequest, named: Any) -> None:
    twin = find_twin(named.name, list_others(named, request.user).values_list("name", flat=True))
    if twin is not None:
        messages.warning(request, say_twin(named._meta.verbose_name, twin))


def list_others(named: Any, who: Any) -> QuerySet[Model]:
    """Its neighbours: those of the same kind and site that they may see."""
    others: QuerySet[Model] = scope(type(named)._default_manager.exclude(pk=named.pk), who)
    return others.filter(site=named.site_id) if hasattr(named, "site_id") else others
