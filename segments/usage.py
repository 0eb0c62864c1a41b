"""What relies on a segment, so that nobody deletes it unawares: a campaign left without segments goes to everyone."""

from segments.definitions import read_dependencies
from segments.models import Segment


def list_usages(segment: Segment) -> list[str]:
    """Phrases like “the campaign Spring sale”, of all segments built on it and all campaigns that name it."""
    built_on_it = [pk for pk, used in read_dependencies(segment.site).items() if segment.pk in used]
    segments = Segment.objects.filter(pk__in=built_on_it).order_by("name").values_list("name", flat=True)
    campaigns = {
        *segment.campaigns_including.values_list("name", flat=True),
        *segment.campaigns_excluding.values_list("name", flat=True),
    }
    return [
        *(f"the segment “{name}”" for name in segments),
        *(f"the campaign “{name}”" for name in sorted(campaigns)),
    ]
