"""What this app holds of people: what they were sent, and what came of it."""

from campaigns.anonymity import CONVERSION_STAYS, DELIVERY_STAYS, hide_people
from campaigns.models import Conversion, Delivery
from subscribers.holdings import Holding, read_rows

_GOES = "those that wait are dropped; what has an outcome counts as before, under a number that is nobody’s"

HOLDINGS = (
    Holding(
        "campaigns.Delivery", "What campaigns sent them, when, and whether they saw and clicked it", _GOES,
        lambda people: read_rows(Delivery, subscriber_id__in=people.ids),
        lambda people, now: hide_people(people.ids), stays=DELIVERY_STAYS,
    ),
    Holding(
        "campaigns.Conversion", "What they did that reached a campaign’s goal, and for how much", _GOES,
        lambda people: read_rows(Conversion, subscriber_id__in=people.ids),
        lambda people, now: 0, stays=CONVERSION_STAYS,
    ),
)  # fmt: skip
