"""Drafts: their further versions, and drafts made from other campaigns."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Field

from campaigns.contents import NOT_COPIED
from campaigns.models import Campaign, Message, Variant

LETTERS = "BCDEFGH"  # of the further versions; a campaign's own message is A


@transaction.atomic
def duplicate_campaign(campaign: Campaign, *, created_by: User | None) -> Campaign:
    """A new draft with the same versions, audience, schedule, limits and goal; nothing of what came of the first."""
    suffix = " (copy)"
    copy = Campaign(
        name=campaign.name[: 128 - len(suffix)] + suffix,
        created_by=created_by,
        changed_by=created_by,
        **_read_values(campaign, Campaign._meta.concrete_fields, leave_out=NOT_COPIED),
    )
    copy.save()
    copy.include_segments.set(campaign.include_segments.all())
    copy.exclude_segments.set(campaign.exclude_segments.all())
    set_variants(copy, list(campaign.variants.order_by("letter")))
    return copy


@transaction.atomic
def set_variants(campaign: Campaign, messages: Sequence[Message]) -> None:
    """Make these the draft's further versions, B and so on in their order, in place of those it had."""
    if len(messages) > len(LETTERS):
        raise ValueError(f"A campaign has at most {len(LETTERS)} further versions.")
    campaign.variants.all().delete()
    Variant.objects.bulk_create(
        Variant(
            campaign=campaign,
            letter=letter,
            **_read_values(message, Message._meta.concrete_fields, leave_out=()),
        )
        for letter, message in zip(LETTERS, messages, strict=False)
    )


def add_variant(campaign: Campaign) -> None:
    """Give the draft one more version, a copy of its own message; nothing where there are as many as can be."""
    variants: list[Message] = list(campaign.variants.order_by("letter"))
    set_variants(campaign, [*variants, campaign][: len(LETTERS)])


def _read_values(
    row: Message, fields: Iterable[Field[Any, Any]], *, leave_out: Iterable[str]
) -> dict[str, Any]:
    names = [field.name for field in fields if field.name not in leave_out]
    return {name: getattr(row, name) for name in names}
