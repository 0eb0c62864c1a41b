"""Lists that belong to one thing: /subscribers/7/events/, /segments/3/members/."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import mixins, viewsets

from subscribers.api.strict import KnownQuery

M = TypeVar("M", bound=Model)


class ListWithin(KnownQuery, mixins.ListModelMixin, viewsets.GenericViewSet[M]):
    """The rows whose foreign key `parent` is the one in the address; 404 where there is no such parent on one's own sites."""

    parent: str

    def get_queryset(self) -> QuerySet[M]:
        view: Any = self
        rows: QuerySet[M] = view.queryset.all()  # those of a parent on one's own sites
        key = self.kwargs.get(f"{self.parent}_id")
        if key is None:  # the schema asks without an address
            return rows.none()
        field: Any = rows.model._meta.get_field(self.parent)
        parent = self.find_own(field.related_model._default_manager.all(), pk=key)
        return rows.filter(**{self.parent: parent})
