"""A report can be read whatever its tables hold: also where a cell, a group or everybody's revenue is nothing."""

import itertools

import pytest
from django.core.cache import cache

from campaigns.models import Campaign, Conversion
from subscribers.models import Site
from tests.campaigns.admin.pages import page_of, sign_in
from tests.campaigns.test_lift import GOAL, HELD_OUT, SENT, add_people
from tests.chance import count_cases, draw_chance
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db
# People and how many of them converted: of those it was meant for, and of those held out.
TABLES = [*itertools.product([(0, 0), (1, 0), (1, 1), (4, 0), (4, 4), (4, 2)], repeat=2)]


def read_both(campaign: Campaign) -> None:
    client = sign_in(is_superuser=True)
    cache.clear()
    assert client.get(page_of(campaign, "report")).status_code == 200
    cache.clear()
    assert client.get(f"/api/v1/campaigns/{campaign.pk}/report/").status_code == 200


@pytest.mark.law
@pytest.mark.parametrize("revenue", [0, -3, 10, 0.1, 9e14])
def test_a_report_can_be_read_whoever_converted(site: Site, revenue: float) -> None:
    asked = min(len(TABLES), count_cases(len(TABLES)))
    for meant, held_out in draw_chance(f"whoever converted {revenue}").sample(TABLES, asked):
        campaign = make_campaign(site, goal=GOAL, holdout_percent=20, revenue_property="price")
        add_people(campaign, *meant, revenue=revenue, **SENT)
        add_people(campaign, *held_out, revenue=revenue, **HELD_OUT)
        read_both(campaign)


def test_a_report_can_be_read_where_only_those_held_out_converted(site: Site) -> None:
    campaign = make_campaign(site, goal=GOAL, holdout_percent=50)
    add_people(campaign, 40, 0, **SENT)
    add_people(campaign, 40, 5, **HELD_OUT)
    read_both(campaign)
    lift = sign_in("analyst").get(page_of(campaign, "report")).context["lift"].lift
    assert lift.conversions.relative.value == -1
    assert lift.conversions.relative.interval.low == -1


def test_a_report_can_be_read_where_no_revenue_is_known(site: Site) -> None:
    campaign = make_campaign(site, goal=GOAL, holdout_percent=50, revenue_property="price")
    add_people(campaign, 40, 5, **SENT)
    add_people(campaign, 40, 5, **HELD_OUT)
    Conversion.objects.update(revenue=None)
    read_both(campaign)
