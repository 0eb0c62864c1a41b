"""Which segments somebody wants to see side by side, as the address of a page or a request names them."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db.models import QuerySet

from segments.models import Segment

MOST = 8  # more than eight rows of dots nobody can read
ID = re.compile(r"[0-9]{1,18}")


class ChoiceError(ValueError):
    """The segments cannot be put side by side; the sentence says what would be right."""


def choose_segments(text: str, *, among: QuerySet[Segment], least: int) -> list[Segment]:
    """Those of “3,5,8”, in that order: at least so many, at most eight, all of one site. Raises ChoiceError.

    `among`: those that whoever asks may see; any other is not there.
    """
    words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    wrong = next((word for word in words if not ID.fullmatch(word)), None)
    if wrong is not None:
        raise ChoiceError(f"“{wrong[:40]}” is no id of a segment. Give ids with commas between, like 3,5,8.")
    ids = list(dict.fromkeys(map(int, words)))
    if not least <= len(ids) <= MOST:
        raise ChoiceError(f"Choose {least} to {MOST} segments; you chose {len(ids) or 'none'}.")
    found = among.select_related("site").in_bulk(ids)
    missing = next((pk for pk in ids if pk not in found), None)
    if missing is not None:
        raise ChoiceError(f"There is no segment {missing}.")
    segments = [found[pk] for pk in ids]
    if len({segment.site_id for segment in segments}) > 1:
        raise ChoiceError("These segments belong to different sites. Choose segments of one site.")
    return segments


def find_watermark(segments: Sequence[Segment], *, now: dt.datetime) -> dt.datetime:
    """The instant for which the members of all of them are right; a list is right at any."""
    marks = [segment.refreshed_at for segment in segments if segment.is_live and segment.refreshed_at]
    return min([now, *marks])


def remark_on_segments(segments: Sequence[Segment]) -> list[str]:
    """What one must know of their members before comparing them."""
    remarks = []
    for segment in segments:
        if segment.status == Segment.Status.FAILED:
            remarks.append(f"“{segment}” is set aside: its members are those it had then.")
        elif segment.status == Segment.Status.BUILDING:
            those = "those of the rule before" if segment.refreshed_at else "not known yet"
            remarks.append(f"“{segment}” is being built: its members are {those}.")
    return remarks
