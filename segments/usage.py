"""What relies on a segment, so that nobody deletes it unawares: a campaign left without segments goes to everyone."""

from collections.abc import Collection, Iterator

from segments.definitions import read_dependencies
from segments.models import Segment


def list_usages(segment: Segment, *, besides: Collection[Segment] = ()) -> list[str]:
    """Phrases like “the campaign “Spring sale””: all segments built on it, but for `besides`, and all campaigns."""
    built_on_it = {pk for pk, used in read_dependencies(segment.site).items() if segment.pk in used}
    others = Segment.objects.filter(pk__in=built_on_it - {each.pk for each in besides}).order_by("name")
    names = others.values_list("name", flat=True)
    return [*(f"the segment “{name}”" for name in names), *sorted(set(_list_references(segment)))]


def _list_references(segment: Segment) -> Iterator[str]:
    """Rows of the apps above that refer to it. They know us, we only know that they do."""
    for relation in Segment._meta.related_objects:
        if relation.many_to_many:
            kind = relation.related_model._meta.verbose_name
            for row in getattr(segment, str(relation.get_accessor_name())).all():
                yield f"the {kind} “{row}”"
