"""A log-in that lapses while somebody writes: what they typed is kept, and no piece of a page is a log-in page."""

import pytest
from django.test import Client

from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, page_of, sign_in
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db
BROWSER = {"accept": "text/html,application/xhtml+xml"}


def test_what_was_typed_is_shown_again_and_can_be_sent_again(site: Site) -> None:
    draft = make_campaign(site)
    typed = fill_in(site, title="“Words” & <b>more words</b>", weekdays=["1", "5"])
    answer = Client().post(page_of(draft), typed, headers=BROWSER)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You were logged out" in page
    assert 'name="title" value="“Words” &amp; &lt;b&gt;more words&lt;/b&gt;"' in page
    assert page.count('name="weekdays"') == 2
    assert f'action="{page_of(draft)}"' in page
    assert 'target="_blank"' in page
    draft.refresh_from_db()
    assert draft.title == "Your cart is waiting"


def test_a_new_draft_is_kept_as_well(site: Site) -> None:
    page = Client().post("/admin/campaigns/campaign/add/", fill_in(site, title="Mine"), headers=BROWSER)
    assert 'name="title" value="Mine"' in page.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"accept": "*/*"}, {"accept": "application/json"}, {**BROWSER, "sec-fetch-dest": "empty"}]
)
def test_scripts_are_told_and_never_given_a_log_in_page(site: Site, headers: dict[str, str]) -> None:
    draft = make_campaign(site)
    client = Client()
    answers = [
        client.post("/admin/campaigns/campaign/preview/", {"site": site.pk, "title": "Hi"}, headers=headers),
        client.get("/admin/campaigns/campaign/runs/", headers=headers),
        client.get(page_of(draft, "progress"), headers=headers),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert "Log in again in a new tab" in answer.content.decode()
        assert "<form" not in answer.content.decode()


def test_somebody_who_only_goes_to_a_page_is_sent_to_the_log_in(site: Site) -> None:
    answer = Client().get("/admin/campaigns/campaign/", headers=BROWSER)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/campaigns/campaign/")


def test_passwords_are_never_repeated() -> None:
    answer = Client().post("/admin/password_change/", {"old_password": "secret", "x": "1"}, headers=BROWSER)
    assert answer.status_code == 302


@pytest.mark.parametrize(("origin", "keeps"), [("http://testserver", True), ("https://evil.example", False)])
def test_a_token_older_than_the_log_in_loses_nothing(site: Site, origin: str, keeps: bool) -> None:
    """As after logging in again in another tab; what strangers' pages send is not offered to be sent again."""
    signed_in = sign_in("marketer")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in.cookies
    typed = fill_in(site, title="Mine", csrfmiddlewaretoken="old")
    answer = client.post("/admin/campaigns/campaign/add/", typed, headers={**BROWSER, "origin": origin})
    assert answer.status_code == 403
    assert ('name="title" value="Mine"' in answer.content.decode()) == keeps
