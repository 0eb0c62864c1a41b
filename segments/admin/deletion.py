"""What deleting a segment means, said before it is done."""

from collections.abc import Iterable, Iterator

from segments.definitions import read_dependencies
from segments.membership import count_members
from segments.models import Segment


def explain_deletion(segments: Iterable[Segment]) -> tuple[list[str], dict[str, int], set[str], list[str]]:
    """What goes, how much of it, which permissions are missing, and what stands in the way: Django's four answers.

    Django would list every single membership; here they are a number. Whatever chooses people by a segment stands
    in the way: a campaign that loses the only segment it sends to would send to everyone.
    """
    doomed = list(segments)
    counts = count_members(doomed)
    goes = [f"Segment “{each}” and the list of its members, who stay subscribers" for each in doomed]
    numbers = {"segments": len(doomed), "memberships": sum(counts.values())}
    in_the_way = [
        sentence for each in doomed for sentence in (*_list_references(each), *_list_dependents(each, doomed))
    ]
    return goes, numbers, set(), in_the_way


def _list_references(segment: Segment) -> Iterator[str]:
    """Rows of the apps above that refer to it. They know us, we only know that they do."""
    for relation in Segment._meta.related_objects:
        if relation.many_to_many:
            kind = str(relation.related_model._meta.verbose_name).capitalize()
            field = getattr(relation.field, "verbose_name", "uses it")
            for row in getattr(segment, str(relation.get_accessor_name())).all():
                yield f"{kind} “{row}” uses it ({field})."


def _list_dependents(segment: Segment, doomed: list[Segment]) -> Iterator[str]:
    users = {pk for pk, named in read_dependencies(segment.site).items() if segment.pk in named}
    staying = Segment.objects.filter(pk__in=users - {each.pk for each in doomed}).order_by("name")
    for name in staying.values_list("name", flat=True):
        yield f"Segment “{name}” is built on it. Change that rule first."
