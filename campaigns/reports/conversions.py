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


# The same events, those alone that are owed to the push.
READ_MONEY = """
SELECT currency, count(*) FILTER (WHERE revenue IS NOT NULL), COALESCE(sum(revenue), 0),
    count(*) FILTER (WHERE unread <> ''), (array_agg(DISTINCT unread) FILTER (WHERE unread <> ''))[1:3]
FROM (
    SELECT DISTINCT ON (event_id) currency, revenue, unread
    FROM campaigns_conversion
    WHERE campaign_id = %(campaign)s AND credit <> 'none' AND occurrence = COALESCE(%(occurrence)s, occurrence)
    ORDER BY event_id, credit = 'click' DESC, occurrence DESC
) AS claimed
GROUP BY currency ORDER BY 3 DESC, currency
"""


@dataclass(frozen=True, slots=True)
class Takings:
    """Revenue in one currency, as events name it (empty: they name none), and of how many conversions it is the sum."""

    currency: str
    revenue: float
    conversions: int


@dataclass(frozen=True, slots=True)
class Money:
    """What conversions brought, each currency by itself. `unread`: conversions whose amount is none, with examples."""

    takings: list[Takings]
    unread: int
    examples: list[str]

    @property
    def is_mixed(self) -> bool:
        """Whether amounts cannot be added up."""
        return len(self.takings) > 1

    @property
    def currency(self) -> str:
        """The one in which all amounts are; empty if they are in several, or none is named."""
        return self.takings[0].currency if len(self.takings) == 1 else ""


def count_money(campaign: Campaign, *, occurrence: int | None) -> Money:
    with connection.cursor() as cursor:
        cursor.execute(READ_MONEY, {"campaign": campaign.pk, "occurrence": occurrence})
        rows = cursor.fetchall()
    takings = [Takings(currency, float(revenue), count) for currency, count, revenue, *_ in rows if count]
    examples = [text for *_, texts in rows for text in texts or ()]
    return Money(takings, sum(row[3] for row in rows), examples[:3])


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
