"""Two who change the same thing at once come one after the other, so that neither undoes the other's fields."""

from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from subscribers.api.requests import CHANGING
from subscribers.api.tagging import Tagged

M = TypeVar("M", bound=Model)


class OneWriter(mixins.UpdateModelMixin, Tagged[M]):
    """Saving writes every column, those too that were not sent: so the row is locked from when it is read."""

    def get_queryset(self) -> QuerySet[M]:
        rows = super().get_queryset()
        # Rows that refer to it can be added meanwhile: its key does not change.
        return rows.select_for_update(no_key=True, of=("self",)) if self.action in CHANGING else rows

    @transaction.atomic
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().update(request, *args, **kwargs)
