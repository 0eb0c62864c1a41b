"""Further versions of a message in the form: added, copied, removed, and how the winner is found."""

from typing import Any

import pytest

from campaigns.models import Campaign, Variant
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, page_of, sign_in
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def write_versions(*versions: dict[str, Any]) -> dict[str, Any]:
    """The fields of further versions as the browser posts them."""
    fields = {
        f"versions-{number}-{name}": value
        for number, version in enumerate(versions)
        for name, value in version.items()
    }
    return {"versions-TOTAL_FORMS": len(versions), "versions-INITIAL_FORMS": 0, **fields}


def save(campaign: Campaign, **values: Any) -> None:
    response = sign_in("marketer").post(page_of(campaign), fill_in(campaign.site, **values))
    assert response.status_code == 302, response.context["adminform"].form.errors


def read_titles(campaign: Campaign) -> list[tuple[str, str]]:
    return list(campaign.variants.order_by("letter").values_list("letter", "title"))


def test_versions_are_lettered_in_their_order(site: Site) -> None:
    campaign = make_campaign(site)

    save(campaign, **write_versions({"title": "Second", "weight": 3}, {"title": "Third"}))

    assert read_titles(campaign) == [("B", "Second"), ("C", "Third")]
    assert campaign.variants.get(letter="B").weight == 3


def test_a_version_that_is_removed_lets_the_next_one_move_up(site: Site) -> None:
    campaign = make_campaign(site)

    save(campaign, **write_versions({"title": "Second", "DELETE": "on"}, {"title": "Third"}))

    assert read_titles(campaign) == [("B", "Third")]


def test_a_removed_version_need_not_make_sense(site: Site) -> None:
    campaign = make_campaign(site)

    save(campaign, **write_versions({"title": "", "DELETE": "on"}))

    assert read_titles(campaign) == []


def test_a_version_has_buttons_of_its_own(site: Site) -> None:
    campaign = make_campaign(site)

    save(campaign, **write_versions({"title": "Second", "button_1_text": "Look", "button_1_link": "/sale"}))

    assert campaign.variants.get().actions == [{"title": "Look", "link": "/sale"}]


def test_saved_versions_are_shown_again(site: Site) -> None:
    campaign = make_campaign(site)
    Variant.objects.create(campaign=campaign, letter="B", title="The second one", weight=2)

    page = sign_in("marketer").get(page_of(campaign)).content.decode()

    assert 'name="versions-0-title" value="The second one"' in page
    assert 'name="versions-TOTAL_FORMS" value="1"' in page


def test_a_form_that_says_nothing_of_versions_leaves_them(site: Site) -> None:
    campaign = make_campaign(site)
    Variant.objects.create(campaign=campaign, letter="B", title="Second")

    save(campaign)

    assert read_titles(campaign) == [("B", "Second")]


def test_without_scripts_a_version_is_added_by_saving(site: Site) -> None:
    campaign = make_campaign(site)

    save(campaign, title="The first one", _add_version="1", **write_versions({"title": "Second"}))

    assert read_titles(campaign) == [("B", "Second"), ("C", "The first one")]


def test_what_is_wrong_with_a_version_is_said_at_its_field(site: Site) -> None:
    data = fill_in(site, **write_versions({"title": "Hi {{ subscriber.name"}))

    form = sign_in("marketer").post(page_of(make_campaign(site)), data).context["adminform"].form

    assert form.non_field_errors() == ["Version B needs another look: see below."]
    assert "cannot be read" in form.versions.forms[0].errors["title"][0]


def test_there_are_at_most_eight_versions(site: Site) -> None:
    data = fill_in(site, **write_versions(*({"title": "Another"} for _ in range(8))))

    form = sign_in("marketer").post(page_of(make_campaign(site)), data).context["adminform"].form

    assert form.non_field_errors() == ["There can be at most 7 further versions."]


def test_a_winner_is_looked_for_among_several_versions_only(site: Site) -> None:
    campaign = make_campaign(site)

    save(campaign, winner_by="clicks", **write_versions())

    campaign.refresh_from_db()
    assert campaign.winner_by == Campaign.WinnerBy.NOBODY


def test_how_the_winner_is_found_is_kept(site: Site) -> None:
    campaign = make_campaign(site)

    save(
        campaign,
        winner_by="clicks", test_percent="30", test_duration_number="90", test_duration_unit="minutes",
        test_sample="500", undecided="ask", **write_versions({"title": "Second"}),
    )  # fmt: skip

    campaign.refresh_from_db()
    assert (campaign.winner_by, campaign.test_percent, campaign.undecided) == ("clicks", 30, "ask")
    assert (campaign.test_duration.total_seconds(), campaign.test_sample) == (5400, 500)


def test_a_winner_by_conversions_needs_a_goal(site: Site) -> None:
    data = fill_in(site, winner_by="conversions", **write_versions({"title": "Second"}))

    form = sign_in("marketer").post(page_of(make_campaign(site)), data).context["adminform"].form

    assert "choose a goal below" in form.errors["winner_by"][0]
