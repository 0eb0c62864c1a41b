"""Which of a segment's versions its members follow, what becomes of the latest one, and all the earlier ones."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from segments.definitions import describe_document, read_names
from segments.editing.wording import Piece, compare_sentences
from segments.models import Segment, SegmentVersion
from segments.versions import find_latest, say_author


@dataclass(frozen=True)
class VersionEntry:
    """A version in words. `pieces`: its sentence beside that of the one before; empty for the first."""

    version: SegmentVersion
    sentence: str
    pieces: list[Piece]
    state: str  # what it is to the members now, in words; "": nothing
    is_latest: bool


def list_entries(segment: Segment, versions: Sequence[SegmentVersion]) -> list[VersionEntry]:
    """Versions that follow on each other, the newest first, in words."""
    names = read_names(segment.site)
    latest = find_latest(segment)
    first = versions[-1].number if versions else 0
    before = segment.versions.filter(number=first - 1).first()
    sentences = {
        each.number: describe_document(each.rule, names)
        for each in [*versions, *([before] if before else [])]
    }
    entries = []
    for version in versions:
        sentence, previous = sentences[version.number], sentences.get(version.number - 1)
        pieces = compare_sentences(previous, sentence) if previous is not None else []
        is_latest = version == latest
        entries.append(
            VersionEntry(
                version, sentence, pieces, _name_state(segment, version, is_latest=is_latest), is_latest
            )
        )
    return entries


def explain_state(segment: Segment) -> str:
    """In a sentence or two: which version the members follow, and what keeps the latest one from being that."""
    latest, live = find_latest(segment), segment.live_version
    if latest is None:
        return ""
    zone = segment.site.zone
    author = say_author(latest, zone)
    match segment.status:
        case Segment.Status.BUILDING:
            return _explain_building(latest, live, author)
        case Segment.Status.FAILED:
            return _explain_failure(segment, latest, live, author, zone)
    followed = live or latest
    return f"Members follow version {followed.number}, written {say_author(followed, zone)}."


def _explain_building(latest: SegmentVersion, live: SegmentVersion | None, author: str) -> str:
    if live is None:
        return f"Version {latest.number}, written {author}, is being built. Nobody is a member until that is done."
    if live == latest:
        return f"The members of version {latest.number} are worked out anew; they stay as they are until that is done."
    return f"Version {latest.number}, written {author}, is being built. Until that is done, members follow version {live.number}."


def _explain_failure(
    segment: Segment, latest: SegmentVersion, live: SegmentVersion | None, author: str, zone: ZoneInfo
) -> str:
    trouble = f"could not be built: {segment.failure.rstrip('.')}."
    if live is None or segment.refreshed_at is None:
        return f"Version {latest.number}, written {author}, {trouble} It has no members yet."
    since = _write(segment.refreshed_at, zone)
    if live == latest:
        return f"Version {latest.number} cannot be followed: {segment.failure.rstrip('.')}. Its members are those of {since}."
    return (
        f"Version {latest.number}, written {author}, {trouble} Members are still those of version {live.number}, "
        f"as of {since}, and stay so until the rule is put right."
    )


def _name_state(segment: Segment, version: SegmentVersion, *, is_latest: bool) -> str:
    is_followed = version.pk == segment.live_version_id
    match segment.status:
        case Segment.Status.BUILDING if is_latest:
            return "being built anew" if is_followed else "being built"
        case Segment.Status.FAILED if is_latest:
            return "cannot be followed" if is_followed else "could not be built"
    return "members follow this one" if is_followed else ""


def _write(at: dt.datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%-d %b %Y, %H:%M}"
