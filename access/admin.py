"""What the admin has in common for everything that belongs to a site: nobody meets what is of other sites than theirs."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from django.contrib.admin import RelatedFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Field, ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from unfold.admin import ModelAdmin

from access.scoping import SITE_MODEL, find_sites_for_any, name_permission, name_seeing, scope

Row = TypeVar("Row", bound=Model)


class OwnSitesAdmin(ModelAdmin):
    """Lists, finds, offers and permits what is of somebody's own sites. What is of another is not there: 404."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scope(super().get_queryset(request), request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._is_theirs(request, obj, "view", "change")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_theirs(request, obj, "delete")

    def _is_theirs(self, request: HttpRequest, obj: Any, *actions: str) -> bool:
        """Django asks whether they may on any site; of a row it must be on that of the row."""
        if not isinstance(obj, self.model):
            return True
        return any(request.user.has_perm(name_permission(self.model, action), obj) for action in actions)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, *args, **kwargs)
        return offer_own(form, request.user, "add" if obj is None else "change")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """A filter by a foreign key offers rows of one's own sites alone, and is not shown where that is a single one."""
        filters = super().get_list_filter(request)
        return [(each, OwnRowsFilter) if self._is_foreign_key(each) else each for each in filters]

    def _is_foreign_key(self, name: Any) -> bool:
        return isinstance(name, str) and isinstance(self.opts.get_field(name), ForeignKey)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        raise Http404(f"There is no such {opts.verbose_name}.")


class OwnRowsFilter(RelatedFieldListFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        own = scope(field.remote_field.model._default_manager.all(), request.user)
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = own.order_by(*ordering) if ordering else own
        return [(row.pk, str(row)) for row in rows]


def offer_own(form: Any, who: Any, action: str) -> Any:
    """The class of a form with choices from their own sites: of sites, those on which they may take the action."""
    own = type(form)(form.__name__, (form,), {})  # a form's fields are shared by all who use it
    permission = name_permission(own._meta.model, action)
    own.base_fields = {name: _offer_own(field, who, permission) for name, field in own.base_fields.items()}
    return own


def _offer_own(field: Field, who: Any, permission: str) -> Field:
    if not isinstance(field, ModelChoiceField) or field.queryset is None:
        return field
    rows = field.queryset
    named = (permission,) if rows.model._meta.label_lower == SITE_MODEL else ()
    own = copy.deepcopy(field)
    own.queryset = scope(rows, who, *named)
    return own


def find_own(request: HttpRequest, rows: QuerySet[Row], *needed: str, **key: Any) -> Row:
    """The row that an address names, for somebody who may see it and has all that is needed on its site.

    404 for what is of a site that is not theirs, as for what is not there; 403 for what they may see, and not do.
    """
    seeing = name_seeing(rows.model)
    if find_sites_for_any(request.user, seeing) == frozenset():
        raise PermissionDenied
    row = get_object_or_404(scope(rows, request.user, *seeing), **key)
    if not request.user.has_perms(needed, row):
        raise PermissionDenied
    return row
