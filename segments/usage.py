"""What relies on a segment, so that nobody deletes or changes it unawares: a campaign left without segments goes to everyone."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from segments.definitions import read_dependencies
from segments.models import Segment
from segments.rules.validation import reach_segments


@dataclass(frozen=True)
class Usage:
    """One thing that a change of the segment concerns. `kind` is segment or campaign; `note` says how, in words.

    `is_under_way`: whatever changes takes effect there without anybody's doing.
    """

    kind: str
    id: int
    name: str
    status: str
    note: str
    is_under_way: bool = False


def list_usages(segment: Segment, *, besides: Collection[Segment] = ()) -> list[str]:
    """Phrases like “the campaign “Spring sale””: all segments built on it, but for `besides`, and all campaigns."""
    built_on_it = {pk for pk, used in read_dependencies(segment.site).items() if segment.pk in used}
    others = Segment.objects.filter(pk__in=built_on_it - {each.pk for each in besides}).order_by("name")
    names = others.values_list("name", flat=True)
    return [*(f"the segment “{name}”" for name in names), *sorted(set(_list_references(segment)))]


def list_concerned(segment: Segment) -> list[Usage]:
    """All that a change of its members reaches: campaigns, those under way first, then the segments built on it.

    What uses a segment that is built on this one is concerned, too.
    """
    needs = read_dependencies(segment.site)
    built_on_it = [pk for pk in needs if pk != segment.pk and segment.pk in reach_segments([pk], needs)]
    rows = list(Segment.objects.filter(pk__in=built_on_it).order_by("name"))
    through: Mapping[int, str] = {segment.pk: "", **{row.pk: row.name for row in rows}}
    users = [each for path in settings.SEGMENT_USERS for each in import_string(path)(through)]
    users.sort(key=lambda each: (not each.is_under_way, each.name, each.id))
    segments = [
        Usage(
            "segment",
            row.pk,
            row.name,
            row.get_status_display(),
            "built on it" if segment.pk in needs[row.pk] else "built on it by way of others",
        )
        for row in rows
    ]
    return [*users, *segments]


def _list_references(segment: Segment) -> Iterator[str]:
    """Rows of the apps above that refer to it. They know us, we only know that they do."""
    for relation in Segment._meta.related_objects:
        if relation.many_to_many:
            kind = relation.related_model._meta.verbose_name
            for row in getattr(segment, str(relation.get_accessor_name())).all():
                yield f"the {kind} “{row}”"
