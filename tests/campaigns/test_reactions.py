"""The database itself counts who saw a push and who clicked it."""

import pytest
from django.db.models import Sum

from campaigns.models import Campaign, Delivery, ReactionCount
from subscribers.models import Site
from tests import factories
from tests.factories import NOW, make_delivery, make_subscriber

Status = Delivery.Status


def count_reactions(campaign: Campaign) -> tuple[int, int]:
    totals = ReactionCount.objects.filter(campaign=campaign).aggregate(
        displayed=Sum("displayed", default=0), clicked=Sum("clicked", default=0)
    )
    return totals["displayed"], totals["clicked"]


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return factories.make_campaign(site)


def test_nobody_has_seen_what_was_only_sent(campaign: Campaign) -> None:
    make_delivery(campaign, make_subscriber(campaign.site), status=Status.SENT, sent_at=NOW)

    assert count_reactions(campaign) == (0, 0)
    assert not campaign.reactions.exists()


def test_a_click_is_counted_once_however_it_came_about(campaign: Campaign) -> None:
    delivery = make_delivery(campaign, make_subscriber(campaign.site), status=Status.SENT, sent_at=NOW)
    for status in (Status.DISPLAYED, Status.CLICKED, Status.CLICKED):
        delivery.status = status
        delivery.save()

    assert count_reactions(campaign) == (1, 1)


def test_who_is_written_as_having_clicked_is_counted(campaign: Campaign) -> None:
    for status in (Status.DISPLAYED, Status.CLICKED):
        make_delivery(campaign, make_subscriber(campaign.site), status=status, sent_at=NOW)

    assert count_reactions(campaign) == (2, 1)


def test_runs_are_counted_apart(campaign: Campaign) -> None:
    person = make_subscriber(campaign.site)
    for occurrence in (1, 2):
        make_delivery(campaign, person, occurrence=occurrence, status=Status.CLICKED, sent_at=NOW)

    assert list(campaign.reactions.order_by("occurrence").values_list("occurrence", "clicked")) == [
        (1, 1),
        (2, 1),
    ]


def test_a_person_who_is_deleted_is_counted_no_more(campaign: Campaign) -> None:
    for _ in range(2):
        make_delivery(campaign, make_subscriber(campaign.site), status=Status.CLICKED, sent_at=NOW)
    Delivery.objects.filter(campaign=campaign)[0].delete()

    assert count_reactions(campaign) == (1, 1)


def test_a_campaign_goes_with_its_counts(campaign: Campaign) -> None:
    make_delivery(campaign, make_subscriber(campaign.site), status=Status.CLICKED, sent_at=NOW)
    campaign.delete()

    assert not ReactionCount.objects.exists()
