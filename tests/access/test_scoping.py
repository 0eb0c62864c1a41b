"""Whoever has a role on some sites sees and does nothing on the others."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from access.models import SiteMember
from access.scoping import find_site_path, find_sites, may, scope
from campaigns.models import Campaign, Delivery
from subscribers.models import PushSubscription, Site
from tests import factories

pytestmark = pytest.mark.django_db
# What belongs to the installation, or to a worker, and to no site.
OF_NO_SITE = {
    "tracking.DrainAttempt",
    "subscribers.AstrayClock",
    "tracking.AppliedOperation",
    "tracking.LogStart",
    "campaigns.PushHost",
}


def test_a_member_sees_what_belongs_to_their_sites() -> None:
    ours, theirs = factories.make_site(), factories.make_site()
    mine, _ = factories.make_campaign(ours), factories.make_campaign(theirs)
    member = factories.make_user(memberships={ours: "marketer"})

    assert list(scope(Campaign.objects.all(), member)) == [mine]
    assert list(scope(Site.objects.all(), member)) == [ours]


def test_a_role_on_one_site_permits_nothing_on_another() -> None:
    ours, theirs = factories.make_site(), factories.make_site()
    member = factories.make_user(memberships={ours: "marketer", theirs: "analyst"})

    assert may(member, "campaigns.launch_campaign", factories.make_campaign(ours))
    assert not may(member, "campaigns.launch_campaign", factories.make_campaign(theirs))
    assert member.has_perm("campaigns.launch_campaign")
    assert not member.has_perm("campaigns.launch_campaign", factories.make_campaign(theirs))
    assert not member.has_perm("subscribers.change_site")


def test_a_group_is_a_role_on_every_site_and_an_administrator_needs_none() -> None:
    factories.make_site()

    assert find_sites(factories.make_user("analyst"), "campaigns.view_campaign") is None
    assert find_sites(factories.make_user(is_superuser=True), "campaigns.view_campaign") is None
    assert find_sites(factories.make_user("analyst"), "campaigns.change_campaign") == frozenset()


def test_strangers_and_those_who_left_see_nothing() -> None:
    site = factories.make_site()
    gone = factories.make_user("marketer", memberships={site: "marketer"}, is_active=False)

    assert not scope(Site.objects.all(), AnonymousUser()).exists()
    assert not scope(Site.objects.all(), gone).exists()


def test_the_admin_shows_a_member_the_apps_of_their_role() -> None:
    member = factories.make_user(memberships={factories.make_site(): "analyst"})

    assert member.has_module_perms("campaigns")
    assert not member.has_module_perms("auth")


def test_who_loses_the_role_loses_all_of_it() -> None:
    site = factories.make_site()
    member = factories.make_user(memberships={site: "marketer"})
    SiteMember.objects.filter(user=member).delete()

    again = type(member).objects.get(pk=member.pk)

    assert not again.has_perm("campaigns.view_campaign")


def test_the_way_from_a_record_to_its_site_is_found_by_its_foreign_keys() -> None:
    assert find_site_path(Site) == "pk"
    assert find_site_path(Campaign) == "site_id"
    assert find_site_path(PushSubscription) == "subscriber__site_id"
    assert find_site_path(Delivery).endswith("site_id")


def test_everything_that_carillon_keeps_belongs_to_a_site() -> None:
    lost = set()
    for app in ("access", "subscribers", "tracking", "segments", "campaigns"):
        for model in apps.get_app_config(app).get_models():
            try:
                find_site_path(model)
            except LookupError:
                lost.add(model._meta.label)

    assert lost == OF_NO_SITE
