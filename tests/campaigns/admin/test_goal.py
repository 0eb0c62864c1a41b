"""A campaign's goal in the form: an event and plain rows, never JSON."""

import datetime as dt
from typing import Any

import pytest

from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, page_of, sign_in
from tests.factories import make_campaign
from tracking.models import EventType

pytestmark = pytest.mark.django_db
BELOW_AN_HOUR = {"property": "visited_at", "operator": "within_last", "value": {"hours": 1}}


@pytest.fixture
def campaign(site: Site) -> Campaign:
    properties = {"price": "number", "sku": "text", "gift": "boolean"}
    EventType.objects.create(site=site, name="purchase", properties=properties)
    return make_campaign(site)


def write_conditions(*rows: tuple[str, str, str]) -> dict[str, Any]:
    """The rows of conditions as the browser posts them."""
    names = ("property", "operator", "value")
    fields = {
        f"conditions-{number}-{name}": value
        for number, row in enumerate(rows)
        for name, value in zip(names, row, strict=True)
    }
    return {"conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": 0, **fields}


def save_goal(campaign: Campaign, *rows: tuple[str, str, str], **values: Any) -> Any:
    """Post the form with a goal; what was saved as the goal."""
    posted = {"goal_event": "purchase", "click_window_number": "3", **write_conditions(*rows), **values}
    response = sign_in("marketer").post(page_of(campaign), fill_in(campaign.site, **posted))
    assert response.status_code == 302, response.context["adminform"].form.errors
    campaign.refresh_from_db()
    return campaign.goal


def read_row_errors(campaign: Campaign, *rows: tuple[str, str, str]) -> dict[str, list[str]]:
    posted = fill_in(campaign.site, goal_event="purchase", click_window_number="3", **write_conditions(*rows))
    form = sign_in("marketer").post(page_of(campaign), posted).context["adminform"].form
    assert form.errors["goal_event"] == ["A condition of the goal needs another look."]
    return dict(form.conditions.forms[0].errors)


def test_an_event_alone_is_a_goal(campaign: Campaign) -> None:
    assert save_goal(campaign, ("", "equals", "")) == {"type": "event", "event": "purchase", "where": []}


@pytest.mark.parametrize(
    ("row", "condition"),
    [
        (("price", "at_least", "50"), {"operator": "at_least", "value": 50}),
        (("price", "equals", "9.99"), {"operator": "equals", "value": 9.99}),
        (("price", "between", "50 and 100"), {"operator": "between", "values": [50, 100]}),
        (("price", "in", "5, 10"), {"operator": "in", "values": [5, 10]}),
        (("sku", "equals", "123"), {"operator": "equals", "value": "123"}),
        (("sku", "in", "a, b"), {"operator": "in", "values": ["a", "b"]}),
        (("sku", "contains", "12"), {"operator": "contains", "value": "12"}),
        (("gift", "is_true", ""), {"operator": "is_true"}),
        (("colour", "equals", "7"), {"operator": "equals", "value": 7}),
        (("colour", "in", "7, red"), {"operator": "in", "values": ["7", "red"]}),
    ],
)
def test_a_row_says_what_it_means_in_the_rule_language(
    campaign: Campaign, row: tuple[str, str, str], condition: dict[str, Any]
) -> None:
    assert save_goal(campaign, row)["where"] == [{"property": row[0], **condition}]


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        (("price", "at_least", "cheap"), "value", "“cheap” is not a number"),
        (("price", "at_least", ""), "value", "Write what to compare with"),
        (("price", "between", "50"), "value", "two numbers"),
        (("", "equals", "50"), "property", "Which detail"),
    ],
)
def test_a_row_that_makes_no_sense_says_what_would(
    campaign: Campaign, row: tuple[str, str, str], field: str, sentence: str
) -> None:
    assert sentence in read_row_errors(campaign, row)[field][0]


def test_a_saved_goal_is_shown_and_saved_as_it_was(campaign: Campaign) -> None:
    where = [
        {"property": "price", "operator": "between", "values": [50, 99.5]},
        {"property": "colour", "operator": "equals", "value": "7"},
    ]
    campaign.goal = {"type": "event", "event": "purchase", "where": where}
    campaign.save()

    page = sign_in("marketer").get(page_of(campaign)).content.decode()
    assert 'value="50 and 99.5"' in page

    rows = [("price", "between", "50 and 99.5"), ("colour", "equals", "7")]
    assert save_goal(campaign, *rows)["where"] == where


def test_no_event_is_no_goal(campaign: Campaign) -> None:
    campaign.goal = {"type": "event", "event": "purchase", "where": []}
    campaign.save()

    assert save_goal(campaign, goal_event="") is None


@pytest.mark.parametrize(("kept", "expected"), [({"goal_is_kept": "on"}, True), ({}, False)])
def test_a_goal_that_rows_cannot_show_is_kept_unless_another_is_chosen(
    campaign: Campaign, kept: dict[str, str], expected: bool
) -> None:
    foreign = {"type": "event", "event": "purchase", "where": [BELOW_AN_HOUR]}
    campaign.goal = foreign
    campaign.save()
    assert "This goal was made elsewhere" in sign_in("marketer").get(page_of(campaign)).content.decode()

    assert (save_goal(campaign, **kept) == foreign) is expected


def test_a_goal_counts_for_some_time(campaign: Campaign) -> None:
    save_goal(campaign, click_window_number="36", click_window_unit="hours", view_window_number="")

    assert (campaign.click_window, campaign.view_window) == (dt.timedelta(hours=36), None)


def test_a_goal_that_never_counts_is_refused(campaign: Campaign) -> None:
    posted = fill_in(campaign.site, goal_event="purchase", click_window_number="", **write_conditions())

    form = sign_in("marketer").post(page_of(campaign), posted).context["adminform"].form

    assert "Say for how long it counts" in form.errors["click_window"][0]


def test_the_events_of_each_site_are_offered_and_no_pushes(campaign: Campaign) -> None:
    EventType.objects.create(site=campaign.site, name="$push_clicked")

    events = sign_in("marketer").get(page_of(campaign)).context["goal_events"]

    assert [event["name"] for event in events] == ["purchase", "$page_view", "$session_start"]
