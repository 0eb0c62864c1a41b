"""Who a rule would choose, through the management door."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.audit import tell_shown
from segments.api.preview_serializers import (
    PastRequestSerializer,
    PastSizesSerializer,
    PreviewRequestSerializer,
    PreviewSerializer,
)
from segments.api.serializers import place_problems
from segments.definitions import say_shape
from segments.preview import PreviewBusy, PreviewImpossible, PreviewTooSlow, preview_rule, read_past_sizes
from segments.rules import Problem, RuleError


class TooSlow(APIException):
    """503: the answer would take longer than a preview may; the sentence says what to do."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "too_slow"


class TooBusy(APIException):
    """429: as many previews as there may be are being counted; Retry-After says when to ask again."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "too_busy"
    wait = 1  # seconds; DRF makes it the header


class PreviewActions(viewsets.GenericViewSet):  # type: ignore[type-arg]  # mixed into that of segments
    """What is asked about a rule before it is saved."""

    @extend_schema(request=PreviewRequestSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Who a rule would match, without saving it."""
        form = PreviewRequestSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        with answer_in_words():
            preview = preview_rule(
                wanted["site"],
                wanted["rule"],
                as_of=wanted["as_of"] or timezone.now(),
                exact=wanted["exact"],
                segment=wanted["segment"],
            )
        segment = wanted["segment"].pk if wanted["segment"] else None
        site, shape = wanted["site"].pk, preview.shape
        most = preview.count if preview.count is not None else preview.fewer_than
        tell_shown(request, count=most, site=site, segment=segment, rule=shape)
        if not request.user.has_perm("subscribers.view_subscriber"):
            preview = dataclasses.replace(preview, sample=[])
        return Response(PreviewSerializer(preview).data)

    @extend_schema(request=PastRequestSerializer, responses=PastSizesSerializer)
    @action(detail=False, methods=["post"], url_path="preview/history")
    def preview_history(self, request: Request) -> Response:
        """How many a rule would have matched on each of the past 30 days, where events or the time decide that.

        Those who were there on the day count. Attributes, devices and memberships are as they are now.
        """
        form = PastRequestSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        with answer_in_words():
            sizes = read_past_sizes(wanted["site"], wanted["rule"], as_of=wanted["as_of"] or timezone.now())
        site = wanted["site"]
        tell_shown(request, count=sizes.now or 0, site=site.pk, rule=say_shape(site, wanted["rule"]))
        return Response(PastSizesSerializer(sizes).data)


@contextmanager
def answer_in_words() -> Iterator[None]:
    """What can keep an audience from being counted, as HTTP says it."""
    try:
        yield
    except RuleError as error:
        raise ValidationError({"rule": place_problems(error)}) from None
    except PreviewImpossible as error:
        raise ValidationError({"rule": place_problems(RuleError([Problem("root", str(error))]))}) from None
    except PreviewTooSlow as error:
        raise TooSlow(str(error)) from None
    except PreviewBusy as error:
        raise TooBusy(str(error)) from None
