"""Writing a campaign: what the form keeps, and what it says when something is missing."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, make_reachable, page_of, sign_in
from tests.factories import NOW, make_campaign, make_segment, make_site

ADD = "/admin/campaigns/campaign/add/"
pytestmark = pytest.mark.django_db


def read_errors(site: Site, **values: object) -> dict[str, list[str]]:
    """What the form says about each field after it was posted with these values."""
    response = sign_in("marketer").post(ADD, fill_in(site, **values))
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def save_draft(site: Site, **values: object) -> Campaign:
    response = sign_in("marketer").post(ADD, fill_in(site, **values))
    assert response.status_code == 302, response.context["adminform"].form.errors
    return Campaign.objects.get()


def test_a_draft_remembers_who_wrote_it(site: Site) -> None:
    client = sign_in("marketer", username="mona")

    client.post(ADD, fill_in(site))

    assert str(Campaign.objects.get().created_by) == "mona"


def test_buttons_are_made_of_four_fields(site: Site) -> None:
    campaign = save_draft(
        site,
        button_1_text="Shop now",
        button_1_link="https://shop.example/sale",
        button_2_text="Later",
        button_2_link="",
    )

    assert campaign.actions == [
        {"title": "Shop now", "link": "https://shop.example/sale"},
        {"title": "Later", "link": ""},
    ]


def test_the_form_shows_the_buttons_of_a_saved_draft(site: Site) -> None:
    campaign = make_campaign(site, actions=[{"title": "Shop now", "link": "/sale"}])

    page = sign_in("marketer").get(page_of(campaign)).content.decode()

    assert 'value="Shop now"' in page
    assert 'value="/sale"' in page


def test_a_button_link_without_a_text_asks_for_the_text(site: Site) -> None:
    errors = read_errors(site, button_2_link="https://shop.example")

    assert "write what it should say" in errors["button_2_text"][0]


def test_a_moment_is_read_on_the_clock_of_the_site(site: Site) -> None:
    campaign = save_draft(site, schedule="instant", send_date="2026-12-24", send_time="09:00")

    assert campaign.send_at == dt.datetime(2026, 12, 24, 8, 0, tzinfo=dt.UTC)


def test_a_saved_moment_is_shown_on_the_clock_of_the_site(site: Site) -> None:
    moment = dt.datetime(2026, 12, 24, 8, 0, tzinfo=dt.UTC)
    campaign = make_campaign(site, schedule="instant", send_at=moment)

    page = sign_in("marketer").get(page_of(campaign)).content.decode()

    assert 'value="2026-12-24"' in page
    assert 'value="09:00"' in page


@pytest.mark.parametrize(
    ("schedule", "field", "example"),
    [
        ("instant", "send_date", "24 December"),
        ("instant", "send_time", "09:00"),
        ("local", "local_date", "24 December"),
        ("local", "local_time", "09:00"),
    ],
)
def test_a_schedule_asks_for_the_time_it_needs(site: Site, schedule: str, field: str, example: str) -> None:
    errors = read_errors(site, schedule=schedule)

    assert example in errors[field][0]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
@pytest.mark.parametrize(
    ("schedule", "date", "time"),
    [("instant", "send_date", "send_time"), ("local", "local_date", "local_time")],
)
def test_a_day_out_of_this_world_is_refused_in_words(
    site: Site, schedule: str, date: str, time: str, day: str
) -> None:
    errors = read_errors(site, schedule=schedule, **{date: day, time: "00:00"})

    assert errors[date] == ["Choose a day in the years from 2000 to 2999."]


def test_a_late_limit_is_asked_for_where_it_applies(site: Site) -> None:
    errors = read_errors(
        site, schedule="local", local_date="2026-12-24", local_time="09:00", late_limit_minutes=""
    )

    assert "how many minutes" in errors["late_limit_minutes"][0]


def test_a_late_limit_is_not_asked_for_elsewhere(site: Site) -> None:
    campaign = save_draft(site, late_policy="skip", late_limit_minutes="")

    assert campaign.late_limit_minutes == 60


def test_a_segment_in_both_lists_is_pointed_out(site: Site) -> None:
    segment = make_segment(site, name="Gold")

    errors = read_errors(site, include_segments=[segment.pk], exclude_segments=[segment.pk])

    assert "“Gold” is in both lists" in errors["exclude_segments"][0]


def test_a_segment_of_another_site_is_refused(site: Site) -> None:
    foreign = make_segment(make_site(), name="Theirs")

    errors = read_errors(site, include_segments=[foreign.pk])

    assert "“Theirs” belongs to another site" in errors["include_segments"][0]


def test_a_broken_template_is_explained_at_its_field(site: Site) -> None:
    errors = read_errors(site, title="Hello {{ subscriber.first_name")

    assert errors["title"]


def test_a_duration_that_came_by_the_api_is_kept(site: Site) -> None:
    campaign = make_campaign(site, ttl=dt.timedelta(minutes=90))

    sign_in("marketer").post(page_of(campaign), fill_in(site, ttl="5400"))

    campaign.refresh_from_db()
    assert campaign.ttl == dt.timedelta(minutes=90)


def test_save_and_launch_goes_on_to_the_dry_run(site: Site) -> None:
    response = sign_in("marketer").post(ADD, fill_in(site, _launch="1"))

    assert response["Location"] == page_of(Campaign.objects.get(), "launch")


def test_a_single_site_is_not_asked_for(site: Site) -> None:
    page = sign_in("marketer").get(ADD).content.decode()

    assert f'<input type="hidden" name="site" value="{site.pk}"' in page


def test_the_members_of_the_chosen_sites_segments_are_told_without_reading_them_and_no_others(
    site: Site,
) -> None:
    make_segment(site, name="Ours", status="ready", refreshed_at=NOW, member_count=1200)
    make_segment(make_site(), name="Theirs", status="ready", refreshed_at=NOW)

    with CaptureQueriesContext(connection) as queries:
        page = sign_in("marketer").get(f"{ADD}?site={site.pk}").content.decode()

    assert "Ours · 1,200 members" in page
    assert "Theirs" in page
    assert "Theirs ·" not in page
    assert list_queries(queries, "segments_membership") == []


def test_a_draft_is_saved_without_counting_members(site: Site) -> None:
    segment = make_segment(site)

    with CaptureQueriesContext(connection) as queries:
        save_draft(site, include_segments=[segment.pk])

    assert list_queries(queries, "segments_membership") == []


def test_subscribers_are_counted_at_most_once_a_minute(site: Site) -> None:
    client = sign_in("marketer")
    make_reachable(site)
    client.get(ADD)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(ADD).content.decode()

    assert "<strong>1</strong> of the 1 subscribers" in page
    assert [sql for sql in list_queries(queries, "subscribers_subscriber") if "COUNT(" in sql] == []


@pytest.mark.parametrize("value", ["nonsense", "", "9" * 30])
def test_a_site_that_does_not_exist_is_refused(site: Site, value: str) -> None:
    response = sign_in("marketer").post(ADD, fill_in(site) | {"site": value})

    assert response.status_code == 200
    assert response.context["adminform"].form.errors["site"]


def list_queries(queries: CaptureQueriesContext, table: str) -> list[str]:
    return [query["sql"] for query in queries if f'"{table}"' in query["sql"]]
