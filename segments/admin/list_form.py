"""The form of a static segment: a list has a name and a description, and no rule to build."""

from typing import ClassVar

from django.forms.widgets import Script
from django.http import HttpRequest

from segments.forms import SegmentForm
from segments.models import Segment


class ListForm(SegmentForm):
    """What is left of a segment's form without the rule and all that belongs to it."""

    rule = None  # type: ignore[assignment]  # how Django takes a field out of a form

    class Meta(SegmentForm.Meta):
        fields: ClassVar = ["site", "name", "description"]

    class Media:
        js: ClassVar = [Script("segments/guarded_form.js", type="module")]


def is_list(request: HttpRequest, segment: Segment | None) -> bool:
    """Whether the page is about a list: a saved one, or one that is being added (`?kind=static`)."""
    if segment is None:
        return request.GET.get("kind") == Segment.Kind.STATIC
    return not segment.is_live
