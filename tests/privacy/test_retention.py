"""What a site keeps for so long only goes, and no other site's does; counts and reports stay what they were."""

import datetime as dt

import pytest
from django.test import Client

from campaigns.lift import measure_lift
from campaigns.models import Conversion, Delivery, Occurrence
from campaigns.reports import report_campaign
from campaigns.retention import forget_deliveries
from subscribers.idle import erase_idle_visitors
from subscribers.models import Identity, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.privacy.people import make_everything_of
from tracking.log import find_log_start
from tracking.models import Event, EventSummary
from tracking.site_retention import forget_of_sites

pytestmark = pytest.mark.django_db
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


def test_a_site_forgets_its_older_events_alone(site: Site) -> None:
    site.keep_event_weeks = 4
    site.save()
    person, other = factories.make_subscriber(site), factories.make_subscriber(factories.make_site())
    for whose in (person, other):
        for age in (1, 3, 7, 30):
            factories.make_event(whose, "cart", NOW - age * WEEK)

    assert forget_of_sites(now=NOW) == 2

    assert (person.events.count(), other.events.count()) == (2, 4)
    assert EventSummary.objects.get(subscriber=person).count == 4
    starts = find_log_start(site.pk)
    assert starts is not None
    assert NOW - 5 * WEEK < starts <= NOW - 4 * WEEK
    assert find_log_start(other.site_id) is None


def test_nothing_is_forgotten_unless_a_site_says_so(site: Site) -> None:
    person = factories.make_subscriber(site, last_seen_at=NOW - 3000 * DAY)
    factories.make_event(person, "cart", NOW - 300 * WEEK)

    assert (forget_of_sites(now=NOW), erase_idle_visitors(now=NOW), forget_deliveries(now=NOW)) == (0, 0, 0)
    assert Event.objects.count() == 1


def test_a_log_that_was_cut_never_begins_earlier_again(site: Site) -> None:
    Site.objects.update(keep_event_weeks=2)
    forget_of_sites(now=NOW)
    before = find_log_start(site.pk)

    Site.objects.update(keep_event_weeks=20)
    forget_of_sites(now=NOW)

    assert find_log_start(site.pk) == before


def test_visitors_who_stay_away_are_erased_and_nobody_else(site: Site) -> None:
    site.keep_idle_days = 30
    site.save()
    old = NOW - 31 * DAY
    gone = factories.make_subscriber(site, last_seen_at=old)
    Identity.objects.create(site=site, kind="anonymous", value=str(gone.uuid), subscriber=gone)
    factories.make_event(gone, "cart", old)
    kept = [
        factories.make_subscriber(site, last_seen_at=NOW - 29 * DAY),
        factories.make_subscriber(site, last_seen_at=old, external_id="ada"),
        factories.make_subscriber(site, last_seen_at=old, email="bo@shop.example"),
        factories.make_subscriber(factories.make_site(), last_seen_at=old),
    ]
    with_device = factories.make_subscriber(site, last_seen_at=old)
    factories.make_push_subscription(with_device)

    assert erase_idle_visitors(now=NOW) == 1

    assert set(Subscriber.objects.all()) == {*kept, with_device}
    assert not Event.objects.filter(subscriber=gone.pk).exists()


def test_old_deliveries_are_nobodys_and_every_figure_stays(site: Site) -> None:
    person = make_everything_of(site)
    delivery = Delivery.objects.get(subscriber=person)
    campaign = delivery.campaign
    Occurrence.objects.filter(campaign=campaign).update(finished_at=NOW - 5 * WEEK)
    before, lift = report_campaign(campaign), measure_lift(campaign, now=NOW)
    Site.objects.filter(pk=site.pk).update(keep_delivery_weeks=4)

    assert forget_deliveries(now=NOW) == 1

    after = report_campaign(campaign)
    assert (after.total, after.funnel, after.credits, after.by_hour) == (
        before.total, before.funnel, before.credits, before.by_hour,
    )  # fmt: skip
    assert measure_lift(campaign, now=NOW) == lift
    assert not Delivery.objects.filter(subscriber_id__gt=0).exists()
    assert not Conversion.objects.filter(subscriber_id__gt=0).exists()
    assert forget_deliveries(now=NOW) == 0


def test_what_ended_lately_or_goes_on_is_kept(site: Site) -> None:
    make_everything_of(site)
    Site.objects.update(keep_delivery_weeks=4)
    for finished_at in (None, NOW - 3 * WEEK):
        Occurrence.objects.update(finished_at=finished_at)

        assert forget_deliveries(now=NOW) == 0


def test_a_list_of_deliveries_leaves_nobody_out_of_its_pages(site: Site, admin_client: Client) -> None:
    person = make_everything_of(site)
    campaign = Delivery.objects.get(subscriber=person).campaign
    Occurrence.objects.update(finished_at=NOW - 5 * WEEK)
    Site.objects.update(keep_delivery_weeks=4)
    forget_deliveries(now=NOW)

    pages = [
        admin_client.get(f"/api/v1/campaigns/{campaign.pk}/deliveries/"),
        admin_client.get(f"/admin/campaigns/campaign/{campaign.pk}/change/"),
        admin_client.get(f"/admin/subscribers/subscriber/{person.pk}/change/"),
        admin_client.get(f"/api/v1/campaigns/{campaign.pk}/report/"),
    ]

    assert [page.status_code for page in pages] == [200] * 4
