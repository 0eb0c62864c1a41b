"""Who is sent nothing so that it can be seen what sending does: the site's control group, and each campaign's holdout.

Drawn by lot from a person's uuid, so that everybody stays where they are from run to run, a larger share keeps all who
were in the smaller one, and one lot says nothing about another.
"""

from campaigns.models import Campaign, SendingPolicy
from segments.rules.shares import BUCKETS, find_bucket


def read_control_percent(site_id: int) -> int:
    """How many in a hundred of a site's people get no campaign at all."""
    found = SendingPolicy.objects.filter(site=site_id).values_list("holdout_percent", flat=True).first()
    return found or 0


def is_control(site_id: int, percent: int, uuid: str) -> bool:
    """Whether somebody is in a site's control group, which is so large."""
    return percent > 0 and _is_drawn(f"control-group:{site_id}", percent, uuid)


def is_held_out(campaign: Campaign, uuid: str) -> bool:
    """Whether somebody is not sent this campaign, so that the others can be compared with them."""
    percent = campaign.holdout_percent
    return percent > 0 and _is_drawn(f"holdout:{campaign.pk}", percent, uuid)


def _is_drawn(salt: str, percent: int, uuid: str) -> bool:
    return find_bucket(salt, uuid) * 100 < percent * BUCKETS
