"""`manage.py recount_conversions` mends what was counted, and says of which campaigns."""

import io

import pytest
from django.core.management import CommandError, call_command

from campaigns.attribution import attribute_open_runs
from campaigns.models import Campaign, Conversion
from subscribers.models import Site
from tests import factories
from tests.campaigns.attribution.world import HOUR, buy, close_planning, make_counting, make_recipient
from tests.factories import NOW


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """With one conversion, which was counted."""
    campaign = make_counting(site, name="Sale")
    buy(make_recipient(campaign), NOW + HOUR)
    close_planning(campaign)
    attribute_open_runs(now=NOW + 2 * HOUR)
    return campaign


def recount(*numbers: int) -> str:
    said = io.StringIO()
    call_command("recount_conversions", *numbers, stdout=said)
    return said.getvalue()


def test_what_was_lost_is_counted_again(campaign: Campaign) -> None:
    Conversion.objects.all().delete()
    assert recount() == f"{campaign.pk} “Sale”: 1 row changed.\n"
    assert recount(campaign.pk) == f"{campaign.pk} “Sale”: 0 rows changed.\n"
    assert Conversion.objects.count() == 1


def test_without_numbers_campaigns_without_a_goal_are_left_out(campaign: Campaign) -> None:
    factories.make_campaign(campaign.site)
    assert recount().count("\n") == 1


def test_a_goal_that_cannot_be_read_is_said_and_does_not_keep_the_others(campaign: Campaign) -> None:
    broken = make_counting(campaign.site, goal={"type": "event"})
    close_planning(broken)
    first, second = recount().splitlines()
    assert first.endswith("0 rows changed.")
    assert "not counted. event: This is missing" in second


def test_a_number_that_is_no_campaigns_is_refused(campaign: Campaign) -> None:
    with pytest.raises(CommandError, match="no campaign 999"):
        recount(999)
