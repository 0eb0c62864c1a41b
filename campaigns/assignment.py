"""Who gets which version of a campaign's message, and who is in its test: by lot, and always the same for one person."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import Campaign, Message
from segments.rules.shares import BUCKETS, find_bucket

OWN_LETTER = "A"  # the campaign's own message; its variants are B to H


@dataclass(frozen=True, slots=True)
class Version:
    """One of the messages that a campaign sends, and how often it is drawn compared with the others."""

    letter: str
    weight: int
    message: Message


def list_versions(campaign: Campaign) -> list[Version]:
    """All versions of a campaign's message, its own first. One query; at least one version."""
    own = Version(OWN_LETTER, campaign.weight, campaign)
    variants = campaign.variants.order_by("letter") if campaign.pk else []
    return [own, *(Version(variant.letter, variant.weight, variant) for variant in variants)]


def draw_version(versions: Sequence[Version], campaign_id: int, uuid: str) -> str:
    """The letter drawn for a subscriber, by weight: the same each time, and unrelated to any other lot they drew.

    A share is exact to a ten-thousandth of the audience, the buckets of segments.rules.shares.
    """
    if len(versions) == 1:
        return versions[0].letter
    total = sum(version.weight for version in versions)
    drawn = find_bucket(f"version:{campaign_id}", uuid) * total // BUCKETS
    for version in versions:
        drawn -= version.weight
        if drawn < 0:
            return version.letter
    raise ValueError("Each weight of a version is at least 1.")


def is_under_test(campaign: Campaign, versions: Sequence[Version]) -> bool:
    """Whether people outside the test have to wait until somebody or something has settled the winner."""
    return bool(campaign.winner_by) and campaign.winner_chosen_at is None and len(versions) > 1


def is_tested(campaign: Campaign, uuid: str) -> bool:
    """Whether a subscriber is among those the versions are tried with; without a winner to be found, everybody is."""
    if not campaign.winner_by:
        return True
    return find_bucket(f"test:{campaign.pk}", uuid) * 100 < campaign.test_percent * BUCKETS
