"""While a draft is written: what is wrong is said beside its field, and nothing that was typed is ever lost."""

from pathlib import Path

import pytest
from django.test import Client

from campaigns.models import Campaign
from subscribers.models import Site
from tests.browser.campaign_page import CampaignPage
from tests.browser.test_campaign_pages import ADD, chromium, look, page, segment, write_message
from tests.factories import make_user

__all__ = ["chromium", "page", "segment"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_a_launch_would_refuse_is_said_beside_its_field(page: CampaignPage, tmp_path: Path) -> None:
    page.open(ADD)
    write_message(page)
    page.write("body", "For {{ subscriber.first_nam }}")
    page.wait_for("Did you mean “first_name”?", "[data-advice=body]")
    page.write("link_url", "javascript:alert(1)")
    page.wait_for("is not a web address", "[data-advice=link_url]")
    page.write("icon_url", page.url + "/no/such/picture.png")
    page.find("[name=image_url]").click()
    page.wait_for("This picture does not load.", "[data-advice=icon_url]")
    look(page, "advice", tmp_path)
    page.write("body", "For you")
    page.wait_for("", "[data-advice=body]")
    page.click_text("Loyal customers · 3 members")
    page.wait_for("3 people, 2 of whom can be reached by push now.", "[data-audience]")
    look(page, "audience", tmp_path)


def test_an_attribute_is_inserted_with_the_fallback_that_is_seen(page: CampaignPage) -> None:
    page.open(ADD)
    page.write("title", "Hello ")
    page.click("[data-open=attribute-picker][data-target=id_title]")
    page.click("#attribute-picker [value=insert]")
    assert (
        page.find("[name=title]").get_attribute("value")
        == 'Hello {{ subscriber.first_name | default: "there" }}'
    )


def test_a_log_in_that_lapsed_loses_nothing(page: CampaignPage, tmp_path: Path) -> None:
    page.open(ADD)
    write_message(page)
    page.driver.delete_cookie("sessionid")
    page.write("body", "Everything must go, today only.")
    page.wait_for("You were logged out.", "#preview")
    assert not page.driver.find_elements("css selector", "#preview form, #preview input")
    page.click_text("Save draft")
    page.wait_for("What you typed is not lost")
    look(page, "lapsed", tmp_path)
    client = Client()
    client.force_login(make_user(username="ben", is_superuser=True))
    page.driver.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
    page.click_text("Send it again")
    page.wait_for("was added successfully")
    assert Campaign.objects.get().body == "Everything must go, today only."


def test_the_second_of_two_editors_sees_what_the_first_changed(page: CampaignPage, tmp_path: Path) -> None:
    draft = Campaign.objects.create(site=Site.objects.get(), name="Sale", title="The sale is on")
    page.open(f"/admin/campaigns/campaign/{draft.pk}/change/")
    Campaign.objects.filter(pk=draft.pk).update(title="Everything must go")
    page.write("body", "Come in and have a coffee.")
    page.click_text("Save draft")
    page.wait_for("This was changed while you had it open.")
    page.wait_for("Everything must go", "#changes")
    assert page.find("[name=body]").get_attribute("value") == "Come in and have a coffee."
    assert page.find("[name=title]").get_attribute("value") == "Everything must go"
    look(page, "changes", tmp_path)
    page.click_text("Save draft")
    page.wait_for("was changed successfully")
    draft.refresh_from_db()
    assert (draft.title, draft.body) == ("Everything must go", "Come in and have a coffee.")
