"""A person's rights at the management door: all that is held of them, and that it is erased, by number or customer id."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from access.audit import record
from subscribers.erasing import Held, erase_people
from subscribers.models import Subscriber
from subscribers.rights import may_erase, may_export, write_export


class HeldSerializer(serializers.Serializer[Held]):
    """One table: what it held of them, how many rows, and what became of these."""

    table = serializers.CharField()
    what = serializers.CharField()
    goes = serializers.CharField()
    rows = serializers.IntegerField()


class ErasedSerializer(serializers.Serializer[Any]):
    erased = HeldSerializer(many=True)


class PersonalRights:
    """For the view set of subscribers. Somebody is found by customer id with the list’s filter `external_id`."""

    @extend_schema(responses={200: OpenApiResponse(OpenApiTypes.OBJECT)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def export(self, request: Request, pk: str | None = None) -> HttpResponse:
        """All that is held of somebody (GDPR, articles 15 and 20), as one JSON document: a list of rows for each table.

        A key needs the scope `people`.
        """
        subscriber: Subscriber = self.get_object()  # type: ignore[attr-defined]
        if not may_export(request.user, subscriber):
            raise PermissionDenied(
                "This needs the permissions to export subscribers and to see personal data."
            )
        record(request, "export", subscriber, format="json")
        return write_export(subscriber, as_page=False)

    @extend_schema(request=None, responses=ErasedSerializer, filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def erase(self, request: Request, pk: str | None = None) -> Response:
        """Forget somebody for good (GDPR, article 17), with all who were merged into them. Counts and reports stay.

        A key needs the scopes `write` and `people`.
        """
        subscriber: Subscriber = self.get_object()  # type: ignore[attr-defined]
        if not may_erase(request.user, subscriber):
            raise PermissionDenied("This needs the permission to erase subscribers.")
        with transaction.atomic():
            record(request, "erase", subscriber)
            gone = erase_people(subscriber.site_id, [subscriber.pk], now=timezone.now())
        return Response(ErasedSerializer({"erased": gone}).data)
