"""Two people at one draft: nothing of either is lost, and nothing is launched that nobody looked at."""

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from campaigns.contents import describe_changes, read_campaign
from campaigns.drafts import set_variants
from campaigns.lifecycle import ChangedError, launch_campaign
from campaigns.models import Campaign, Variant
from subscribers.models import Site
from subscribers.seen import list_differences, make_content, make_tag, read_content, sign_content
from tests.campaigns.admin.pages import fill_in, page_of, sign_in
from tests.factories import NOW, make_campaign, make_segment

pytestmark = pytest.mark.django_db
API = "/api/v1/campaigns/"


@pytest.fixture
def draft(site: Site) -> Campaign:
    return make_campaign(
        site, name="Sale", title="The sale is on", body="Come in.", link_url="https://shop.example/sale"
    )


def find_seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def open_form(client: Client, draft: Campaign, page: str = "change") -> str:
    return find_seen(client.get(page_of(draft, page)).content.decode())


def save(client: Client, draft: Campaign, seen: str, **values: Any) -> Any:
    return client.post(page_of(draft), fill_in(draft.site, seen=seen, **values))


def test_the_second_editor_is_shown_what_the_first_changed_and_keeps_what_they_typed(draft: Campaign) -> None:
    mona, ben = sign_in("marketer"), sign_in("marketer")
    seen = open_form(ben, draft)
    assert save(mona, draft, open_form(mona, draft), title="Everything must go").status_code == 302
    answer = save(ben, draft, seen, body="Come in and have a coffee.")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<del>The sale is on</del> → <ins>Everything must go</ins>" in page
    assert "Come in and have a coffee." in page
    draft.refresh_from_db()
    assert (draft.title, draft.body) == ("Everything must go", "Come in.")


def test_what_the_second_editor_had_not_touched_is_the_first_ones_when_they_save_again(
    draft: Campaign,
) -> None:
    mona, ben = sign_in("marketer"), sign_in("marketer")
    seen = open_form(ben, draft)
    save(mona, draft, open_form(mona, draft), title="Everything must go")
    page = save(ben, draft, seen, body="Come in and have a coffee.").content.decode()
    assert 'name="title" value="Everything must go"' in page
    again = save(ben, draft, find_seen(page), title="Everything must go", body="Come in and have a coffee.")
    assert again.status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.body) == ("Everything must go", "Come in and have a coffee.")


@pytest.mark.parametrize("button", ["_continue", "_launch", "_test"])
def test_no_way_of_saving_undoes_what_nobody_saw(draft: Campaign, button: str) -> None:
    ben = sign_in(is_superuser=True)
    seen = open_form(ben, draft)
    Campaign.objects.filter(pk=draft.pk).update(title="Everything must go")
    form = fill_in(draft.site, seen=seen)
    del form["_continue"]
    assert ben.post(page_of(draft), {**form, button: "1"}).status_code == 200
    draft.refresh_from_db()
    assert draft.title == "Everything must go"


def test_changes_of_segments_and_versions_are_seen_too(draft: Campaign) -> None:
    before = read_campaign(draft)
    draft.include_segments.add(make_segment(draft.site, name="Regulars"))
    set_variants(draft, [Variant(title="Another title")])
    changes = {
        change.label: (change.before, change.after)
        for change in describe_changes(before, read_campaign(draft))
    }
    assert changes["Send to"] == ("nothing", "Regulars")
    assert changes["Version B: title"] == ("nothing", "Another title")


def test_one_who_saves_alone_saves(draft: Campaign) -> None:
    client = sign_in("marketer")
    for title in ("One", "Two"):
        assert save(client, draft, open_form(client, draft), title=title).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Two"


@pytest.mark.parametrize("forged", ["", "nonsense", "eyJ0aXRsZSI6ICIifQ:1:abc"])
def test_a_forged_version_is_nobodys(draft: Campaign, forged: str) -> None:
    assert save(sign_in("marketer"), draft, forged, title="Mine").status_code == 200
    assert sign_in(is_superuser=True).post(page_of(draft, "launch"), {"seen": forged}).status_code == 200
    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("The sale is on", "draft")


def test_a_text_that_was_changed_after_somebody_looked_at_it_is_not_launched(draft: Campaign) -> None:
    client = sign_in(is_superuser=True)
    seen = open_form(client, draft, "launch")
    Campaign.objects.filter(pk=draft.pk).update(title="Everything must go")
    page = client.post(page_of(draft, "launch"), {"seen": seen}).content.decode()
    assert "<ins>Everything must go</ins>" in page
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.DRAFT
    assert client.post(page_of(draft, "launch"), {"seen": find_seen(page)}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SCHEDULED


def test_the_launch_page_shows_the_message_that_is_launched(draft: Campaign) -> None:
    set_variants(draft, [Variant(title="Another title")])
    page = sign_in(is_superuser=True).get(page_of(draft, "launch")).content.decode()
    assert "The sale is on" in page
    assert "Another title" in page


def test_a_launch_compares_under_its_lock(draft: Campaign) -> None:
    seen = read_campaign(draft)
    draft.exclude_segments.add(make_segment(draft.site, name="Staff"))
    with pytest.raises(ChangedError, match="But not to"):
        launch_campaign(draft, now=NOW, seen=seen)


def test_the_api_names_the_version_and_keeps_to_if_match(draft: Campaign) -> None:
    client = sign_in(is_superuser=True)
    address = f"{API}{draft.pk}/"
    etag = client.get(address)["ETag"]
    sent: dict[str, Any] = {"content_type": "application/json"}
    assert (
        client.patch(address, {"title": "Mine"}, headers={"if-match": '"other"'}, **sent).status_code == 412
    )
    changed = client.patch(address, {"title": "Mine"}, headers={"if-match": etag}, **sent)
    assert (changed.status_code, changed["ETag"] == etag) == (200, False)
    for method in (client.patch, client.delete):
        assert method(address, {"title": "Theirs"}, headers={"if-match": etag}, **sent).status_code == 412
    assert client.post(f"{address}launch/", headers={"if-match": etag}).status_code == 412
    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("Mine", "draft")
    weak = f'W/{changed["ETag"]}, "older"'
    assert client.post(f"{address}launch/", headers={"if-match": weak}).status_code == 200


def test_without_if_match_or_with_a_star_the_api_writes_as_before(draft: Campaign) -> None:
    client = sign_in(is_superuser=True)
    for headers in ({}, {"if-match": "*"}):
        answer = client.patch(
            f"{API}{draft.pk}/", {"title": "Mine"}, content_type="application/json", headers=headers
        )
        assert answer.status_code == 200


VALUES = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9), max_size=5
)


@given(VALUES, VALUES)
def test_what_was_carried_is_what_was_seen(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = make_content(one), make_content(other)
    assert read_content(sign_content(first)) == first
    assert (make_tag(first) == make_tag(second)) == (first == second)
    if not list_differences(first, second):
        assert {name: value for name, value in first.items() if value is not None} == {
            name: value for name, value in second.items() if value is not None
        }
