"""What the management API has in common for everything that belongs to a site: what is of another is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django_filters.filters import QuerySetRequestMixin
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.permissions import DjangoModelPermissions

from access.keys import KeyHolder
from access.scopes import find_scopes
from access.scoping import SITE_MODEL, scope

if TYPE_CHECKING:  # DRF's views read the settings that name this module
    from rest_framework.request import Request
    from rest_framework.views import APIView

Row = TypeVar("Row", bound=Model)


class RolePermissions(DjangoModelPermissions):
    """Reading needs `view`, POST `add`, PUT and PATCH `change`, DELETE `delete` on the view's model, on the site of the row.

    A view names what its own actions need in `action_permissions`: {"launch": "campaigns.launch_campaign"}.
    """

    perms_map = {  # noqa: RUF012 - as DRF declares it
        **DjangoModelPermissions.perms_map,
        **{method: ["%(app_label)s.view_%(model_name)s"] for method in ("GET", "HEAD", "OPTIONS")},
    }

    def has_permission(self, request: Request, view: APIView) -> bool:
        """On any site. On which, the row says, or the field of the body that names the site."""
        if not (request.user and request.user.is_authenticated):
            return False
        # The list of resources is about no model.
        if getattr(view, "_ignore_model_permissions", False):
            return True
        needed = list_needed(view, request)
        who: object = request.user
        if isinstance(who, KeyHolder):  # DRF says this if it is refused
            self.message = say_scopes(needed)
        return request.user.has_perms(needed)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return request.user.has_perms(list_needed(view, request), obj)


def say_scopes(needed: list[str]) -> str:
    """Which key could do what this one may not."""
    scopes = find_scopes(needed)
    if not scopes:
        return "No key may do this: it takes a person."
    named = " and ".join(f"“{scope}”" for scope in scopes)
    return f"This key may not do this: it takes one with the scope{'s' if len(scopes) > 1 else ''} {named}."


def list_needed(view: Any, request: Request) -> list[str]:
    """The permissions that this request of the view takes."""
    named: dict[str, str] = getattr(view, "action_permissions", {})
    needed = named.get(getattr(view, "action", None) or "")
    if needed is not None:
        return [needed]
    return RolePermissions().get_required_permissions(str(request.method), view.queryset.model)


class OwnSites:
    """For viewsets of what belongs to sites."""

    def get_queryset(self) -> QuerySet[Any]:
        view: Any = self
        rows: QuerySet[Any] = super().get_queryset()  # type: ignore[misc]  # mixed into a generic view
        if getattr(view, "swagger_fake_view", False):  # the schema is everybody's
            return rows
        return scope(rows, view.request.user)

    def find_own(self, rows: QuerySet[Row], **key: Any) -> Row:
        """The row that an address names: 404 for what is not of one's own sites, 403 for what the request may not do to it."""
        view: Any = self
        row: Row = get_object_or_404(scope(rows, view.request.user), **key)
        view.check_object_permissions(view.request, row)
        return row


class OwnChoices(DjangoFilterBackend):
    """Filters by id know the rows of one's own sites alone: any other is no choice, as if it did not exist."""

    def get_filterset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        filterset = super().get_filterset(request, queryset, view)
        for each in filterset.filters.values() if filterset is not None else ():
            if isinstance(each, QuerySetRequestMixin) and each.queryset is not None:
                each.queryset = scope(each.queryset, request.user)
        return filterset


def scope_named(rows: QuerySet[Row], context: Mapping[str, Any]) -> QuerySet[Row]:
    """What the field of a body can name: rows of one's own sites; of sites, those on which this request is permitted."""
    request, view = context["request"], context["view"]
    needed = list_needed(view, request) if rows.model._meta.label_lower == SITE_MODEL else ()
    return scope(rows, request.user, *needed)
