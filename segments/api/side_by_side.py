"""Several segments side by side, through the management door."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from segments.api.previews import TooBusy, TooSlow
from segments.api.side_by_side_serializers import (
    DriftRequestSerializer,
    DriftSerializer,
    OverlapRequestSerializer,
    OverlapSerializer,
)
from segments.looking.choosing import ChoiceError, choose_segments, remark_on_segments
from segments.looking.drift import Drift, read_drift
from segments.looking.overlap import Overlap, read_overlap
from segments.looking.sampling import Figure
from segments.models import Segment
from segments.preview import PreviewBusy, PreviewStopped
from subscribers.api.strict import KnownQuery

MONTH = dt.timedelta(days=30)


@dataclass(frozen=True)
class Sized:
    segment: Segment
    size: Figure


class SideBySideActions(KnownQuery, viewsets.GenericViewSet):  # type: ignore[type-arg]  # mixed into that of segments
    """What is asked about several segments at once."""

    @extend_schema(responses=OverlapSerializer, filters=False)
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        query_serializer=OverlapRequestSerializer,
        repeatable=("ids",),
    )
    def overlap(self, request: Request) -> Response:
        """Who is in which of two to eight segments at once, and how many each two of them share."""
        wanted = _read_wishes(OverlapRequestSerializer, request)
        with _in_words("ids"):
            segments = choose_segments(wanted["ids"], among=self.get_queryset(), least=2)
            overlap = read_overlap(segments, now=timezone.now(), exact=wanted["exact"])
        return Response(OverlapSerializer(_write_overlap(overlap)).data)

    @extend_schema(responses=DriftSerializer, filters=False)
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        query_serializer=DriftRequestSerializer,
        repeatable=("ids",),
    )
    def drift(self, request: Request) -> Response:
        """How people moved between one to eight segments from one instant to another."""
        wanted = _read_wishes(DriftRequestSerializer, request)
        now = timezone.now()
        with _in_words("ids"):
            segments = choose_segments(wanted["ids"], among=self.get_queryset(), least=1)
        with _in_words("since"):
            since = wanted["since"] or (wanted["until"] or now) - MONTH
            drift = read_drift(segments, since=since, until=wanted["until"], now=now, exact=wanted["exact"])
        return Response(DriftSerializer(_write_drift(drift)).data)


def _read_wishes(form_class: type[Serializer[Any]], request: Request) -> Mapping[str, Any]:
    """Ids may come with commas between, or as several `ids`."""
    asked = request.query_params
    data = {**asked.dict(), **({"ids": ",".join(asked.getlist("ids"))} if "ids" in asked else {})}
    form = form_class(data=data)
    form.is_valid(raise_exception=True)
    wanted: Mapping[str, Any] = form.validated_data
    return wanted


@contextmanager
def _in_words(field: str) -> Iterator[None]:
    """What can keep segments from being compared, as HTTP says it."""
    try:
        yield
    except ChoiceError as error:
        raise ValidationError({field: [str(error)]}) from None
    except PreviewBusy as error:
        raise TooBusy(str(error)) from None
    except PreviewStopped:
        seconds = settings.PREVIEW_TIMEOUT_MS / 1000
        raise TooSlow(
            f"Counting took longer than {seconds:g} seconds and was stopped. Ask with exact=false for an estimate."
        ) from None


def _write_overlap(overlap: Overlap) -> dict[str, Any]:
    pairs = [pair for row in overlap.pairs for pair in row if pair.first != pair.second]
    sized = zip(overlap.segments, overlap.sizes, strict=True)
    return {
        "as_of": overlap.as_of,
        "exact": overlap.exact,
        "segments": [Sized(segment, size) for segment, size in sized],
        "intersections": overlap.intersections,
        "pairs": pairs,
        "union": overlap.union,
        "none": overlap.none,
        "remarks": remark_on_segments(overlap.segments),
    }


def _write_drift(drift: Drift) -> dict[str, Any]:
    return {
        "since": drift.since,
        "until": drift.until,
        "as_of": drift.as_of,
        "exact": drift.exact,
        "courses": drift.courses,
        "flows": drift.flows,
        "moves": [move for row in drift.moves for move in row],
        "remarks": [*drift.remarks, *remark_on_segments(drift.segments)],
    }
