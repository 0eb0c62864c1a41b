"""Somebody tries to have a campaign sent that nobody else has looked at, or another one than was looked at."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from campaigns.approvals import (
    ApprovalError,
    State,
    approve_campaign,
    ask_approval,
    list_waiting,
    read_standing,
)
from campaigns.lifecycle import LaunchError, LifecycleError, launch_campaign
from campaigns.models import Campaign, Delivery, FrequencyCap, SendingPolicy, Variant
from campaigns.planning import plan_campaign
from segments.building import build_members
from segments.models import Segment
from segments.uploads.changing import change_members
from segments.versions import keep_definition
from subscribers.models import Site
from tests import factories
from tests.factories import NOW

GERMANS = {
    "version": 1,
    "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"},
}


@pytest.fixture
def site(db: None) -> Site:
    site = factories.make_site()
    SendingPolicy.objects.create(site=site, approval_above=2)
    for _ in range(3):
        person = factories.make_subscriber(site, country="DE")
        factories.make_push_subscription(person)
    return site


@pytest.fixture
def ana(site: Site) -> User:
    return factories.make_user(memberships={site: "marketer"}, username="ana")


@pytest.fixture
def ben(site: Site) -> User:
    return factories.make_user(memberships={site: "marketer"}, username="ben")


@pytest.fixture
def draft(site: Site, ana: User) -> Campaign:
    return factories.make_campaign(site, created_by=ana, changed_by=ana)


def approve(draft: Campaign, ana: User, ben: User) -> None:
    ask_approval(draft, by=ana, now=NOW)
    approve_campaign(draft, by=ben, now=NOW)


def status_of(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).status


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def browse(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_nothing_large_is_launched_without_a_second_pair_of_eyes(draft: Campaign, ana: User) -> None:
    with pytest.raises(LaunchError, match="3 people and needs a second person’s approval"):
        launch_campaign(draft, now=NOW, by=ana)
    answer = api(ana).post(f"/api/v1/campaigns/{draft.pk}/launch/")
    browse(ana).post(f"/admin/campaigns/campaign/{draft.pk}/launch/")

    assert answer.status_code == 400
    assert "approval" in answer.content.decode()
    assert status_of(draft) == "draft"


def test_what_somebody_else_approved_is_launched(draft: Campaign, ana: User, ben: User) -> None:
    approve(draft, ana, ben)

    assert launch_campaign(draft, now=NOW, by=ana).status == "scheduled"
    plan_campaign(draft, now=NOW)
    assert Delivery.objects.filter(campaign=draft).count() == 3


def test_few_people_need_no_approval_and_with_nought_everybody_does(
    site: Site, draft: Campaign, ana: User
) -> None:
    SendingPolicy.objects.filter(site=site).update(approval_above=3)
    assert read_standing(draft).state == State.NOT_NEEDED

    SendingPolicy.objects.filter(site=site).update(approval_above=0)
    site.subscribers.all().update(merged_into=site.subscribers.first())
    with pytest.raises(LaunchError):
        launch_campaign(draft, now=NOW, by=ana)


def test_nobody_approves_what_they_wrote_or_asked_for(
    site: Site, draft: Campaign, ana: User, ben: User
) -> None:
    with pytest.raises(ApprovalError, match="You wrote this last"):
        approve_campaign(draft, by=ana, now=NOW)
    ask_approval(draft, by=ben, now=NOW)
    with pytest.raises(ApprovalError, match="You asked"):
        approve_campaign(draft, by=ben, now=NOW)

    assert api(ana).post(f"/api/v1/campaigns/{draft.pk}/approve/").status_code == 409
    browse(ben).post(
        f"/admin/campaigns/campaign/{draft.pk}/approval/", {"digest": read_standing(draft).digest}
    )
    assert read_standing(draft).state == State.WAITING


def test_nobody_alone_approves_and_launches(site: Site, draft: Campaign, ben: User) -> None:
    approve_campaign(draft, by=ben, now=NOW)

    with pytest.raises(LaunchError, match="You approved it unasked"):
        launch_campaign(draft, now=NOW, by=ben)


def test_who_edits_before_approving_wrote_it(draft: Campaign, ana: User, ben: User) -> None:
    ask_approval(draft, by=ana, now=NOW)
    assert api(ben).patch(f"/api/v1/campaigns/{draft.pk}/", {"title": "Mine"}).status_code == 200

    assert api(ben).post(f"/api/v1/campaigns/{draft.pk}/approve/").status_code == 409
    assert api(ana).post(f"/api/v1/campaigns/{draft.pk}/approve/").status_code == 409  # she asked


CHANGES: dict[str, Callable[[Campaign], Any]] = {
    "its title": lambda draft: Campaign.objects.filter(pk=draft.pk).update(title="Other"),
    "its link": lambda draft: Campaign.objects.filter(pk=draft.pk).update(link_url="https://evil.example"),
    "its hour": lambda draft: Campaign.objects.filter(pk=draft.pk).update(
        schedule="instant", send_at=NOW + dt.timedelta(hours=9)
    ),
    "its limit": lambda draft: Campaign.objects.filter(pk=draft.pk).update(cap_by="none"),
    "its quiet hours": lambda draft: Campaign.objects.filter(pk=draft.pk).update(quiet_hours="ignore"),
    "its held-out people": lambda draft: Campaign.objects.filter(pk=draft.pk).update(holdout_percent=5),
    "a version more": lambda draft: Variant.objects.create(campaign=draft, letter="B", title="Other"),
    "a segment less": lambda draft: draft.include_segments.clear(),
    "one left out": lambda draft: draft.exclude_segments.add(factories.make_segment(draft.site, GERMANS)),
    "the site's limits": lambda draft: FrequencyCap.objects.create(
        site=draft.site, limit=9, window=dt.timedelta(days=1)
    ),
    "the site's quiet hours": lambda draft: SendingPolicy.objects.filter(site=draft.site).update(
        quiet_from=dt.time(22), quiet_until=dt.time(8)
    ),
    "the hour of its site": lambda draft: Site.objects.filter(pk=draft.site_id).update(
        timezone="Pacific/Auckland"
    ),
    "a segment's rule": lambda draft: draft.include_segments.update(rule=GERMANS),
    "the rule of a segment within": lambda draft: Segment.objects.filter(name="Inner").update(rule=GERMANS),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_slips_through_after_approval(
    change: str, site: Site, draft: Campaign, ana: User, ben: User
) -> None:
    inner = factories.make_segment(site, name="Inner")
    condition = {"type": "segment", "segment": inner.pk, "member": True}
    outer = factories.make_segment(
        site, {"version": 1, "root": {"type": "group", "match": "all", "conditions": [condition]}}
    )
    for segment in (inner, outer):
        build_members(segment, as_of=NOW)
    draft.include_segments.add(outer)
    approve(draft, ana, ben)
    assert read_standing(draft).state == State.APPROVED

    CHANGES[change](draft)

    assert read_standing(Campaign.objects.get(pk=draft.pk)).state == State.VOID
    with pytest.raises(LaunchError, match="changed after it was approved"):
        launch_campaign(draft, now=NOW, by=ana)


def test_nobody_is_put_on_the_list_after_approval(site: Site, draft: Campaign, ana: User, ben: User) -> None:
    kept = factories.make_list(site)
    ids = [str(pk) for pk in site.subscribers.values_list("pk", flat=True)]
    change_members(kept, by="subscriber", add=ids, remove=[], now=NOW)
    draft.include_segments.add(kept)
    approve(draft, ana, ben)
    late = factories.make_subscriber(site)

    change_members(kept, by="subscriber", add=[str(late.pk)], remove=[], now=NOW + dt.timedelta(minutes=1))

    assert read_standing(draft).state == State.VOID


def test_an_approval_does_not_hold_for_many_times_the_people(
    site: Site, draft: Campaign, ana: User, ben: User
) -> None:
    approve(draft, ana, ben)
    for _ in range(3):
        factories.make_subscriber(site)
    assert read_standing(draft).state == State.APPROVED

    factories.make_subscriber(site)

    with pytest.raises(LaunchError, match="approved for 3 people and would go to 7"):
        launch_campaign(draft, now=NOW, by=ana)


def test_an_audience_that_grew_between_launch_and_its_run_waits_for_approval(
    site: Site, draft: Campaign, ana: User, ben: User
) -> None:
    SendingPolicy.objects.filter(site=site).update(approval_above=3)
    launch_campaign(draft, now=NOW, by=ana)
    factories.make_subscriber(site)

    assert plan_campaign(draft, now=NOW) is None
    waiting = Campaign.objects.get(pk=draft.pk)
    assert waiting.status_reason.startswith("It goes to 4 people and needs a second") or (
        waiting.status_reason.startswith("Waiting for approval")
    )
    assert list(list_waiting(Campaign.objects.all())) == [draft]
    assert not Delivery.objects.exists()

    approve_campaign(draft, by=ben, now=NOW)
    assert plan_campaign(draft, now=NOW) is not None
    assert Delivery.objects.filter(campaign=draft).count() == 4


def test_a_run_of_a_rule_that_was_changed_after_launch_waits(
    site: Site, draft: Campaign, ana: User, ben: User
) -> None:
    segment = factories.make_segment(site)
    build_members(segment, as_of=NOW)
    draft.include_segments.add(segment)
    approve(draft, ana, ben)
    launch_campaign(draft, now=NOW, by=ana)
    segment.rule = GERMANS
    segment.save()
    keep_definition(segment, by=ben, now=NOW + dt.timedelta(minutes=1))

    assert plan_campaign(draft, now=NOW + dt.timedelta(minutes=2)) is None
    assert "Waiting for approval" in Campaign.objects.get(pk=draft.pk).status_reason
    with pytest.raises(ApprovalError, match="changed who is in"):
        approve_campaign(Campaign.objects.get(pk=draft.pk), by=ben, now=NOW + dt.timedelta(minutes=3))
    assert not Delivery.objects.exists()


def test_each_run_of_a_campaign_that_repeats_is_looked_at(
    site: Site, draft: Campaign, ana: User, ben: User
) -> None:
    Campaign.objects.filter(pk=draft.pk).update(
        schedule="recurring", repeats="daily", local_date=NOW.date(), local_time=dt.time(13)
    )
    draft.refresh_from_db()
    approve(draft, ana, ben)
    launch_campaign(draft, now=NOW - dt.timedelta(hours=30), by=ana)
    FrequencyCap.objects.create(site=site, limit=9, window=dt.timedelta(days=1))

    assert plan_campaign(draft, now=NOW) is None
    assert list(list_waiting(Campaign.objects.all())) == [draft]


def test_who_approves_another_than_they_saw_approves_nothing(draft: Campaign, ana: User, ben: User) -> None:
    ask_approval(draft, by=ana, now=NOW)
    seen = api(ben).get(f"/api/v1/campaigns/{draft.pk}/approval/").json()["digest"]
    api(ana).patch(f"/api/v1/campaigns/{draft.pk}/", {"title": "Slipped in"})

    answer = api(ben).post(f"/api/v1/campaigns/{draft.pk}/approve/", {"digest": seen})
    browse(ben).post(f"/admin/campaigns/campaign/{draft.pk}/approval/", {"digest": seen})

    assert answer.status_code == 409
    assert read_standing(draft).approval is None


@pytest.mark.parametrize("role", ["analyst", "marketer of another site"])
def test_who_has_no_right_to_approves_nothing(role: str, site: Site, draft: Campaign) -> None:
    where = site if role == "analyst" else factories.make_site()
    user = factories.make_user(memberships={where: role.split(maxsplit=1)[0]})
    digest = read_standing(draft).digest

    assert api(user).post(f"/api/v1/campaigns/{draft.pk}/approve/").status_code in {403, 404}
    page = browse(user).post(f"/admin/campaigns/campaign/{draft.pk}/approval/", {"digest": digest})
    assert page.status_code in {403, 404}
    assert read_standing(draft).approval is None


def test_a_marketer_does_not_switch_it_off(site: Site, ana: User) -> None:
    """What marketers may settle of a site's limits is all the rest."""
    url = f"/api/v1/sites/{site.pk}/sending-policy/"
    caps = {
        "caps-TOTAL_FORMS": "0",
        "caps-INITIAL_FORMS": "0",
        "quiet_action": "defer",
        "holdout_percent": "1",
    }

    assert api(ana).patch(url, {"approval_above": None}).status_code == 400
    assert api(ana).patch(url, {"holdout_percent": 2}).status_code == 200
    browse(ana).post(f"/admin/campaigns/sendingpolicy/{site.pk}/change/", {**caps, "approval_above": ""})

    policy = SendingPolicy.objects.get(site=site)
    assert (policy.approval_above, policy.holdout_percent) == (2, 1)
    operator = factories.make_user(memberships={site: "operator"})
    assert api(operator).patch(url, {"approval_above": 0}).json()["approval_above"] == 0


def test_a_copy_of_what_was_approved_is_not_approved(draft: Campaign, ana: User, ben: User) -> None:
    approve(draft, ana, ben)
    browse(ana).post(f"/admin/campaigns/campaign/{draft.pk}/duplicate/")
    copy = Campaign.objects.exclude(pk=draft.pk).get()

    assert read_standing(copy).state == State.NEEDED


def test_the_page_asks_says_who_waits_and_lets_a_colleague_approve(
    draft: Campaign, ana: User, ben: User
) -> None:
    author, colleague = browse(ana), browse(ben)
    page = f"/admin/campaigns/campaign/{draft.pk}/launch/"
    assert "Ask for approval" in author.get(page).content.decode()
    author.post(f"/admin/campaigns/campaign/{draft.pk}/ask-approval/")

    assert "Waiting for approval" in colleague.get("/admin/").content.decode()
    listed = colleague.get("/admin/campaigns/campaign/?approval=waiting").content.decode()
    assert draft.name in listed
    shown = colleague.get(page)
    assert "Asked for by ana" in shown.content.decode()
    digest = shown.context["approval"]["digest"]
    colleague.post(f"/admin/campaigns/campaign/{draft.pk}/approval/", {"digest": digest})

    author.post(page)
    assert status_of(draft) == "scheduled"
    assert "Waiting for approval" not in colleague.get("/admin/").content.decode()


def test_the_api_asks_approves_and_launches(draft: Campaign, ana: User, ben: User) -> None:
    url = f"/api/v1/campaigns/{draft.pk}"
    assert api(ana).post(f"{url}/ask-approval/").json()["state"] == "waiting"
    listed = api(ben).get("/api/v1/campaigns/", {"awaits_approval": "true"}).json()["results"]
    assert [each["id"] for each in listed] == [draft.pk]

    told = api(ben).post(f"{url}/approve/").json()

    assert (told["state"], told["asked_by"], told["approved_by"]) == ("approved", "ana", "ben")
    assert api(ana).post(f"{url}/launch/").json()["status"] == "scheduled"


@pytest.mark.django_db(transaction=True)
def test_of_two_launches_at_once_one_counts(site: Site, draft: Campaign, ana: User, ben: User) -> None:
    approve(draft, ana, ben)

    def launch(_: int) -> bool:
        try:
            launch_campaign(Campaign.objects.get(pk=draft.pk), now=NOW, by=ana)
        except LifecycleError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(launch, range(2)))

    assert sorted(done) == [False, True]
