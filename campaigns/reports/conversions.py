"""What people did for the campaign's goal after it, by what it is credited to."""

from dataclasses import dataclass

from django.db import connection

from campaigns.models import Campaign, Conversion

# An event that several runs can claim counts for one of them, as in the other figures.
READ_CREDITS = """
SELECT credit, count(DISTINCT (occurrence, subscriber_id)), count(*), COALESCE(sum(revenue), 0)
FROM (
    SELECT DISTINCT ON (event_id) credit, occurrence, subscriber_id, revenue
    FROM campaigns_conversion
    WHERE campaign_id = %(campaign)s AND occurrence = COALESCE(%(occurrence)s, occurrence)
    ORDER BY event_id, credit = 'click' DESC, credit = 'view' DESC, occurrence DESC
) AS claimed
GROUP BY credit
"""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """Conversions after a click, after it was seen, or after neither. `revenue` is in the goal's own unit."""

    credit: str
    label: str
    people: int
    conversions: int
    revenue: float


def count_conversions(campaign: Campaign, *, occurrence: int | None) -> list[CreditLine]:
    """For each credit; “none” includes those who were held out. Somebody in several runs is counted in each."""
    with connection.cursor() as cursor:
        cursor.execute(READ_CREDITS, {"campaign": campaign.pk, "occurrence": occurrence})
        found = {credit: tuple(figures) for credit, *figures in cursor.fetchall()}
    return [
        CreditLine(credit.value, str(credit.label), *found.get(credit.value, (0, 0, 0.0)))
        for credit in Conversion.Credit
    ]
