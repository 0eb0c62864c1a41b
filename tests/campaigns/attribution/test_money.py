"""Revenue keeps currencies apart, reads amounts as they are sent, and says what it could not read."""

from typing import Any

import pytest

from campaigns.attribution import attribute_run
from campaigns.lift import measure_lift
from campaigns.models import Campaign, Conversion
from campaigns.reports import report_campaign
from campaigns.reports.export import write_report
from subscribers.models import Site
from tests.campaigns.admin.pages import page_of, sign_in
from tests.campaigns.test_lift import HELD_OUT, HOUR, OVER, SENT, add_people
from tests.factories import NOW, make_campaign, make_event

pytestmark = pytest.mark.django_db
GOAL = {"type": "event", "event": "purchase", "where": []}


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return make_campaign(site, goal=GOAL, revenue_property="price", status="running", holdout_percent=20)


def buy(campaign: Campaign, *bought: dict[str, Any], **outcome: Any) -> None:
    """Somebody for each, who clicked and bought that an hour later."""
    clicked = outcome or {"status": "clicked", "sent_at": NOW, "displayed_at": NOW, "clicked_at": NOW}
    people = add_people(campaign, len(bought), **clicked)
    for person, properties in zip(people, bought, strict=True):
        make_event(person, "purchase", NOW + HOUR, **properties)
    for run in campaign.occurrences.all():
        attribute_run(run, now=OVER)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (12.5, 12.5), ("12.50", 12.5), (" 12.50 ", 12.5), ("-3", -3), ("+4", 4), (0, 0), ("0", 0), ("007", 7),
        ("12,50", None), ("€12", None), ("12 EUR", None), ("1.299,50", None), ("1,299.50", None), ("1e3", None),
        ("12.", None), (".5", None), ("", None), ("NaN", None), ("Infinity", None), ("9" * 40, None), (1e300, None),
        (True, None), ([12], None), ({"amount": 12}, None), ("１２", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_was_sent_or_said_to_be_none(
    campaign: Campaign, sent: Any, read: float | None
) -> None:
    buy(campaign, {"price": sent})
    conversion = Conversion.objects.get()
    assert conversion.revenue == read
    money = report_campaign(campaign).money
    is_told = read is None and sent != ""
    assert (money.unread, bool(money.examples)) == (int(is_told), is_told)


@pytest.mark.parametrize("properties", [{}, {"price": None}])
def test_where_there_is_no_amount_nothing_is_said(campaign: Campaign, properties: dict[str, Any]) -> None:
    buy(campaign, properties)
    assert report_campaign(campaign).money.unread == 0


def test_currencies_are_kept_apart(campaign: Campaign) -> None:
    buy(
        campaign, {"price": 10, "currency": "EUR"}, {"price": "5.50", "currency": " eur "}, {"price": 7, "currency": "USD"},
        {"price": 1}, {"price": 2, "currency": "Taler"},
    )  # fmt: skip
    money = report_campaign(campaign).money
    assert [(each.currency, each.revenue, each.conversions) for each in money.takings] == [
        ("EUR", 15.5, 2), ("USD", 7, 1), ("", 3, 2),
    ]  # fmt: skip
    assert money.is_mixed
    page = sign_in(is_superuser=True).get(page_of(campaign, "report")).content.decode()
    assert "Revenue (EUR)" in page
    assert "Revenue (USD)" in page
    assert "Revenue (no currency named)" in page
    assert "25.50" not in page


def test_amounts_in_one_currency_are_added_up_everywhere(campaign: Campaign) -> None:
    buy(campaign, {"price": 10, "currency": "EUR"}, {"price": 5, "currency": "EUR"})
    report = report_campaign(campaign)
    assert (report.money.is_mixed, report.money.currency, report.total.revenue) == (False, "EUR", 15)


def test_what_could_not_be_read_is_shown_with_examples(campaign: Campaign) -> None:
    buy(campaign, {"price": "12,50"}, {"price": "€12"}, {"price": "12.50"})
    page = sign_in(is_superuser=True).get(page_of(campaign, "report")).content.decode()
    assert "2 conversions have a “price” that is no amount, like “12,50”, “€12”." in page
    answer = sign_in(is_superuser=True).get(f"/api/v1/campaigns/{campaign.pk}/report/").json()
    assert answer["money"] == {
        "takings": [{"currency": "", "revenue": 12.5, "conversions": 1}], "unread": 2, "examples": ["12,50", "€12"],
    }  # fmt: skip


def test_revenue_in_several_currencies_is_not_compared(campaign: Campaign) -> None:
    buy(campaign, {"price": 10, "currency": "EUR"}, {"price": 7, "currency": "USD"}, **SENT)
    buy(campaign, {"price": 10, "currency": "EUR"}, **HELD_OUT)
    lift = measure_lift(campaign, now=OVER)
    assert lift is not None
    assert lift.revenue is None
    assert "Revenue is not compared: it is in several currencies (EUR and USD)" in lift.warnings[-1]


def test_the_file_names_the_currency(campaign: Campaign) -> None:
    buy(campaign, {"price": 10, "currency": "EUR"})
    head, row = "".join(write_report(campaign)).splitlines()
    values = dict(zip(head.split(","), row.split(","), strict=True))
    assert (values["revenue"], values["currency"]) == ("10.0", "EUR")
