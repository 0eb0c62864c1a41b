"""Who took notifications back soon after a push: what a campaign costs."""

import datetime as dt
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from tracking.models import EventType
from tracking.operations import UNSUBSCRIBED

SOON = dt.timedelta(days=1)
# From the few who unsubscribed to what they were sent. Events are the survivor's, where a delivery's person was merged.
_COUNT = """
SELECT delivery.variant, count(DISTINCT delivery.subscriber_id)
FROM tracking_event AS event
JOIN subscribers_subscriber AS person ON person.id = event.subscriber_id OR person.merged_into_id = event.subscriber_id
JOIN campaigns_delivery AS delivery ON delivery.campaign_id = %(campaign)s AND delivery.subscriber_id = person.id
     AND delivery.occurrence = ANY(%(runs)s)
     AND event.occurred_at >= delivery.sent_at AND event.occurred_at < delivery.sent_at + %(soon)s
WHERE event.event_type_id = %(type)s AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s
GROUP BY delivery.variant ORDER BY delivery.variant
"""


def count_unsubscribes(campaign: Campaign, *, now: dt.datetime) -> dict[str, int]:
    """People who unsubscribed within SOON after a push of the campaign, by the letter of the version they got.

    They may have got others in that time, and count for each campaign. Versions after which nobody did are left out.
    """
    runs = {run.number: run for run in campaign.occurrences.filter(sent__gt=0)}
    event_type = EventType.objects.filter(site=campaign.site_id, name=UNSUBSCRIBED).first()
    if not runs or event_type is None:
        return {}
    finished_at = [run.finished_at for run in runs.values()]
    values: dict[str, Any] = {
        "campaign": campaign.pk,
        "runs": list(runs),
        "type": event_type.pk,
        "soon": SOON,
        "since": min(run.as_of for run in runs.values()) - SOON,
        "until": max((at or now for at in finished_at), default=now) + SOON,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return dict(cursor.fetchall())
