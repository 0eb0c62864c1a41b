"""What deleting a segment means, said before it is done."""

from collections.abc import Iterable

from segments.models import Segment
from segments.usage import list_usages


def explain_deletion(segments: Iterable[Segment]) -> tuple[list[str], dict[str, int], set[str], list[str]]:
    """What goes, how much of it, which permissions are missing, and what stands in the way: Django's four answers.

    Django would list every single membership; here they are a number. Whatever uses the segment stands in the way.
    """
    doomed = list(segments)
    goes = [f"Segment “{each}” and the list of its members, who stay subscribers" for each in doomed]
    numbers = {"segments": len(doomed), "memberships": sum(each.member_count for each in doomed)}
    in_the_way = [
        f"“{each}” is used by {usage}. Change that first."
        for each in doomed
        for usage in list_usages(each, besides=doomed)
    ]
    return goes, numbers, set(), in_the_way
