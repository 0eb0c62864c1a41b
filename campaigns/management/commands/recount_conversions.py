"""`manage.py recount_conversions`: count conversions anew, as far back as the log of events goes."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from access.commands import Audited
from campaigns.attribution import recompute
from campaigns.goals import GoalError
from campaigns.models import Campaign
from subscribers.clocks import ClockError, read_clock


class Command(Audited):
    help = "Count the conversions of campaigns anew; without numbers, of all that have a goal. Says what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=int, nargs="*", help="numbers of campaigns")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = set(options["campaign"])
        campaigns = (
            Campaign.objects.filter(pk__in=wanted) if wanted else Campaign.objects.filter(goal__isnull=False)
        )
        found = list(campaigns.select_related("site").order_by("pk"))
        if missing := wanted - {campaign.pk for campaign in found}:
            raise CommandError(f"There is no campaign {', '.join(map(str, sorted(missing)))}.")
        for campaign in found:
            self.stdout.write(f"{campaign.pk} “{campaign}”: {_recount(campaign)}")


def _recount(campaign: Campaign) -> str:
    try:
        changed = recompute(campaign, now=read_clock())
    except ClockError as error:
        raise CommandError(str(error)) from None
    except GoalError as error:
        return f"not counted. {error}"
    return f"{changed:,} {'row' if changed == 1 else 'rows'} changed."
