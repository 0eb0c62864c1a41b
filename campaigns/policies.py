"""What a site's marketers settle for all of its campaigns: limits, quiet hours, control group, pace."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from campaigns.models import FrequencyCap, SendingPolicy
from subscribers.models import Site

# Who may say from how many people on campaigns need approval: not those who write them.
SETTLE_APPROVAL = "subscribers.change_site"


def find_policy(site: Site) -> SendingPolicy:
    """The site's sending policy; where nobody has settled anything, one that holds nobody back, not saved yet."""
    return SendingPolicy.objects.filter(site=site).first() or SendingPolicy(site=site)


@transaction.atomic
def set_caps(site: Site, caps: Iterable[tuple[int, dt.timedelta]]) -> None:
    """Make these the site's limits – so many pushes within that time – in place of those it had."""
    FrequencyCap.objects.filter(site=site).delete()
    FrequencyCap.objects.bulk_create(
        FrequencyCap(site=site, limit=limit, window=window) for limit, window in caps
    )
