"""The backend door: `POST /api/v1/track/`, the same operations as a browser's, sent by a site's own servers."""

import dataclasses
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, PermissionDenied
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.authentication import KeyAuthentication
from access.models import ApiKey
from access.scoping import scope
from subscribers.api.authentication import TokenAuthentication
from subscribers.api.problems import MEDIA_TYPE, ProblemSerializer, write_problem
from subscribers.models import Site
from tracking.api.operation_schema import TrackRequest
from tracking.ingestion import accept_backend_request
from tracking.outages import OUTAGES, report_outage
from tracking.reading import RequestError, read_json

ADD_EVENTS = "tracking.add_event"


class OperationsParser(BaseParser):
    """JSON as the browser door reads it: bounded, and refused in a sentence."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request: HttpRequest = (parser_context or {})["request"]._request
        try:
            return read_json(request, max_bytes=settings.TRACK_MAX_BYTES)
        except RequestError as error:
            raise _refuse(error) from None


class CanAddEvents(BasePermission):
    """Whoever may add events may also say what else a site's visitors did."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm(ADD_EVENTS)


class RejectionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True)
    error = serializers.CharField()


class CautionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True, help_text="The operation's; null: it is about the request.")
    warning = serializers.CharField()


class AcceptedSerializer(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    rejected = RejectionSerializer(many=True)
    warnings = CautionSerializer(many=True, help_text="What was accepted, but is not kept as it was sent.")


class NothingAcceptedSerializer(ProblemSerializer):
    """The request is wrong as a whole, or each of its operations is: then `rejected` says why."""

    accepted = serializers.IntegerField(required=False, help_text="0")
    rejected = RejectionSerializer(many=True, required=False)
    warnings = CautionSerializer(many=True, required=False)


NOTHING_ACCEPTED = ErrorDetail("No operation could be accepted; rejected says why.", "nothing_accepted")
EXAMPLE = OpenApiExample(
    "A purchase",
    request_only=True,
    value={
        "site": 1,
        "operations": [
            {
                "id": "0b0e7a55-3ad4-4d30-8e4f-6cf2a4f0a001",
                "type": "event",
                "external_id": "u-42",
                "name": "purchase",
                "at": "2026-11-21T10:00:00Z",
                "properties": {"order_id": "1001", "value": 129.99},
            }
        ],
    },
)


class TrackView(APIView):
    authentication_classes = (KeyAuthentication, TokenAuthentication)
    permission_classes = (CanAddEvents,)
    parser_classes = (OperationsParser,)

    def handle_exception(self, exc: Exception) -> Response:
        """Whatever asks the database first, even who is asking."""
        return super().handle_exception(_refuse(report_outage(exc)) if isinstance(exc, OUTAGES) else exc)

    @extend_schema(
        operation_id="track",
        request=TrackRequest,
        responses={202: AcceptedSerializer, (400, MEDIA_TYPE): NothingAcceptedSerializer},
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Take operations that each name their `subscriber` (a browser's UUID) or `external_id`.

        Answered 202 once what was good is durable, and 400 if nothing was.
        """
        if not isinstance(request.data, dict):
            raise ParseError("The body must be an object with site and operations.")
        site = _find_site(request, request.data.get("site"))
        try:
            accepted = accept_backend_request(site=site, body=request.data, now=timezone.now())
        except RequestError as error:
            raise _refuse(error) from None
        answer = dataclasses.asdict(accepted)
        if accepted.accepted:
            return Response(answer, status=202)
        problem = write_problem(400, {"detail": NOTHING_ACCEPTED})
        return Response({**problem, **answer}, status=400, content_type=MEDIA_TYPE)


def _find_site(request: Request, named: Any) -> Site:
    """The site that the body names. A key is for one, which need not be named, and no other can be."""
    if isinstance(request.auth, ApiKey):
        own = request.auth.site  # read with the key
        if (
            named is None
            or named == own.public_key
            or (named == own.pk and named is not True)
            or named == str(own.pk)
        ):
            return own
        raise PermissionDenied("This key is for another site. Leave site out, or name the key's own.")
    return _find_named(named, request.user)


def _find_named(name: Any, who: Any) -> Site:
    """One for which they may add events; of any other it is not told that it exists."""
    own = scope(Site.objects.all(), who, ADD_EVENTS)
    found = None
    if isinstance(name, int) and not isinstance(name, bool) and 0 < name < 2**63:
        found = own.filter(pk=name).first()
    elif isinstance(name, str) and name.isascii() and name.isprintable():
        by = {"pk": int(name)} if name.isdigit() and len(name) < 19 else {"public_key": name}
        found = own.filter(**by).first()
    if found is None:
        raise ParseError("site must be the id or the public key of a site.")
    return found


def _refuse(error: RequestError) -> APIException:
    refusal = APIException(str(error))
    refusal.status_code = error.status
    if error.retry_after:
        refusal.wait = error.retry_after  # type: ignore[attr-defined]  # DRF's handler makes it a Retry-After
    return refusal
