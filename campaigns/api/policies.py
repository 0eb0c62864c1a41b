"""A site's sending policy through the management door."""

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.policy_serializers import SendingPolicySerializer
from campaigns.models import SendingPolicy
from campaigns.policies import find_policy
from subscribers.api.preconditions import check_if_match, write_etag
from subscribers.api.strict import KnownQuery
from subscribers.api.tagging import tag_answer
from subscribers.models import Site


class SendingPolicyViewSet(KnownQuery, viewsets.GenericViewSet[SendingPolicy]):
    """Limits, quiet hours, control group and pace of a site; it has one, whether anything was settled yet or not."""

    heeds_if_match: ClassVar = {"update", "partial_update"}
    answers_etag: ClassVar = {"retrieve", *heeds_if_match}
    queryset = SendingPolicy.objects.all()
    serializer_class = SendingPolicySerializer
    pagination_class = None

    @extend_schema(operation_id="sites_sending_policy_retrieve", filters=False)
    def retrieve(self, request: Request, site_id: int) -> Response:
        return self._answer(site_id)

    @extend_schema(operation_id="sites_sending_policy_update", filters=False)
    def update(self, request: Request, site_id: int) -> Response:
        return self._write(request, site_id, partial=False)

    @extend_schema(operation_id="sites_sending_policy_partial_update", filters=False)
    def partial_update(self, request: Request, site_id: int) -> Response:
        return self._write(request, site_id, partial=True)

    @transaction.atomic
    def _write(self, request: Request, site_id: int, *, partial: bool) -> Response:
        self.find_own(Site.objects.select_for_update(no_key=True), pk=site_id)  # one writer at a time
        shown = self.get_serializer(self._find(site_id))
        check_if_match(request, tag_answer(shown, shown.data))
        serializer: Any = self.get_serializer(self._find(site_id), data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return self._answer(site_id)

    def _answer(self, site_id: int) -> Response:
        shown = self.get_serializer(self._find(site_id))
        return Response(shown.data, headers={"ETag": write_etag(tag_answer(shown, shown.data))})

    def _find(self, site_id: int) -> SendingPolicy:
        return find_policy(self.find_own(Site.objects.all(), pk=site_id))
