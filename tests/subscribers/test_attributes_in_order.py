"""An attribute that is merged or deleted: what names it is told before, with links; messages follow the new name."""

from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign, Variant
from subscribers.attribute_moves import MoveError, merge_attributes, move_attributes
from subscribers.models import Attribute, AttributeMove, Site
from tests import factories
from tests.factories import NOW
from tests.segments.live import rule_of
from tests.tracking.requests import attributes, track
from tracking.vocabulary import work_on_vocabulary

pytestmark = pytest.mark.django_db
ATTRIBUTES = "/admin/subscribers/attribute/"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.make_user(is_superuser=True))
    return client


@pytest.fixture
def named(site: Site) -> Site:
    track(site, attributes(level="gold", tier="silver"))
    factories.make_segment(
        site,
        name="Golden",
        rule=rule_of({"type": "attribute", "key": "level", "operator": "equals", "value": "gold"}),
    )
    return site


def find(key: str) -> Attribute:
    return Attribute.objects.get(key=key)


def act(admin: Client, action: str, *keys: str, **values: Any) -> Any:
    chosen = [find(key).pk for key in keys]
    return admin.post(ATTRIBUTES, {"action": action, "_selected_action": chosen, **values}, follow=True)


def test_deleting_several_says_before_what_uses_them_and_leads_there(admin: Client, named: Site) -> None:
    campaign = factories.make_campaign(named, name="Tiers", title="Hi {{ subscriber.tier | default: 'you' }}")

    page = act(admin, "delete_names", "level", "tier").content.decode()

    assert Attribute.objects.count() == 2
    assert "the segment “Golden”" in page
    assert f"/admin/campaigns/campaign/{campaign.pk}/change/" in page
    act(admin, "delete_names", "level", "tier", confirmed="1")
    assert not Attribute.objects.exists()
    assert AttributeMove.objects.count() == 2


def test_nothing_deletes_attributes_without_that_question(admin: Client, named: Site) -> None:
    assert "delete_selected" not in admin.get(ATTRIBUTES).content.decode()
    act(admin, "delete_selected", "level", post="yes")

    assert find("level")
    assert "the segment “Golden”" in admin.get(f"{ATTRIBUTES}{find('level').pk}/delete/").content.decode()


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("Hi {{ subscriber.level | default: \"you\" }}", "Hi {{ subscriber.tier | default: \"you\" }}"),
        ("{% if subscriber['level'] == 'gold' %}{{subscriber . level}}{% endif %}", "{% if subscriber.tier == 'gold' %}{{subscriber.tier}}{% endif %}"),
        ("{{ subscriber.level_2 }} subscriber.level {{ 'subscriber.level' }}{{ subscriber.level.name }}", "{{ subscriber.level_2 }} subscriber.level {{ 'subscriber.level' }}{{ subscriber.tier.name }}"),
    ],
)  # fmt: skip
def test_messages_say_the_merged_attribute_by_its_new_name(named: Site, said: str, becomes: str) -> None:
    campaign = factories.make_campaign(
        named,
        title="Plain",
        body=said,
        actions=[{"title": "Go", "link": "https://shop.example/{{ subscriber.level }}"}],
    )
    Variant.objects.create(campaign=campaign, letter="B", title=said)
    over = factories.make_campaign(named, title=said, status=Campaign.Status.FINISHED)

    merge_attributes(find("level"), find("tier"), now=NOW)

    campaign.refresh_from_db()
    over.refresh_from_db()
    assert (campaign.body, campaign.variants.get().title) == (becomes, becomes)
    assert campaign.actions == [{"title": "Go", "link": "https://shop.example/{{ subscriber.tier }}"}]
    assert over.title == said


def test_a_message_that_would_become_too_long_keeps_the_attribute_from_being_merged(
    admin: Client, named: Site
) -> None:
    title = "{{ subscriber.level }}".ljust(200, "x")
    factories.make_campaign(named, name="Long", title=title)
    Attribute.objects.filter(key="tier").update(key="customer_loyalty_tier")

    page = act(
        admin, "merge_names", "level", confirmed="1", target=str(find("customer_loyalty_tier").pk)
    ).content.decode()

    assert "Change the message of the campaign “Long” by hand first" in page
    assert find("level").merged_into is None
    assert Campaign.objects.get().title == title
    with pytest.raises(MoveError):
        merge_attributes(find("level"), find("customer_loyalty_tier"), now=NOW)


def test_a_message_written_later_with_the_merged_name_gets_the_other(named: Site) -> None:

    merge_attributes(find("level"), find("tier"), now=NOW)
    campaign = factories.make_campaign(named, title="{{ subscriber.level }}")

    work_on_vocabulary(clock=lambda: NOW)

    campaign.refresh_from_db()
    assert campaign.title == "{{ subscriber.tier }}"


def test_a_personal_attribute_stays_personal_under_the_other_name(named: Site) -> None:
    Attribute.objects.filter(key="level").update(personal=True)

    merge_attributes(find("level"), find("tier"), now=NOW)

    assert find("tier").personal


def test_values_that_move_are_told_on_the_page_of_changes(admin: Client, named: Site) -> None:
    merge_attributes(find("level"), find("tier"), now=NOW)
    before = admin.get("/admin/tracking/eventtype/changes/").content.decode()
    while move_attributes(clock=lambda: NOW):
        pass
    after = admin.get("/admin/tracking/eventtype/changes/").content.decode()

    assert "the attribute “level” becomes “tier”" in before.partition("Finished lately")[0]
    assert "the attribute “level” becomes “tier”" in after.partition("Finished lately")[2]
    assert "1 person moved" in after
