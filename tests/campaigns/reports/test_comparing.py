"""A plain A/B test gets its verdict, and hours are those of the clocks by which it was sent."""

import datetime as dt

import pytest

from campaigns.drafts import set_variants
from campaigns.models import Campaign, Delivery, Variant
from campaigns.reports import report_campaign
from segments.models import Segment
from subscribers.ids import take_ids
from subscribers.models import Site, Subscriber
from tests.campaigns.admin.pages import page_of, sign_in
from tests.factories import NOW, make_campaign, make_occurrence, make_segment

pytestmark = pytest.mark.django_db
LOCAL = {"schedule": "local", "local_date": dt.date(2026, 11, 21), "local_time": dt.time(9)}


def send(campaign: Campaign, people: int, clicks: int, variant: str = "A", **values: object) -> None:
    make_occurrence(campaign)
    rows = Subscriber.objects.bulk_create(
        take_ids(Subscriber(site=campaign.site, created_at=NOW, last_seen_at=NOW) for _ in range(people))
    )
    Delivery.objects.bulk_create(
        Delivery(
            campaign=campaign, subscriber=person, variant=variant, due_at=NOW,
            **{"sent_at": NOW, "status": "clicked" if number < clicks else "sent", **values},
        )
        for number, person in enumerate(rows)
    )  # fmt: skip


def make_plain_test(
    site: Site, first: tuple[int, int], second: tuple[int, int], **values: object
) -> Campaign:
    campaign = make_campaign(site, status="finished", **values)
    set_variants(campaign, [Variant(title="Another")])
    send(campaign, *first, "A")
    send(campaign, *second, "B")
    return campaign


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            (100, 10),
            (100, 30),
            "Version B is clearly better. Of 100 people who got version B, 30.0 % clicked",
        ),
        ((100, 10), (100, 12), "None is clearly better. Of 100 people who got version B, 12.0 % clicked"),
        ((4, 1), (4, 0), "None is clearly better. Of 4 people who got version A, 25.0 % clicked"),
        ((5, 0), (5, 0), "None is clearly better. Of 5 people who got version A, 0.0 % clicked"),
    ],
)
def test_a_plain_test_gets_its_verdict(
    site: Site, first: tuple[int, int], second: tuple[int, int], words: str
) -> None:
    campaign = make_plain_test(site, first, second)
    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()
    assert words in page
    (verdict,) = sign_in(is_superuser=True).get(f"/api/v1/campaigns/{campaign.pk}/report/").json()["verdicts"]
    assert verdict["sentence"].startswith(words)


def test_with_a_goal_there_is_one_by_conversions_too(site: Site) -> None:
    campaign = make_plain_test(site, (9, 1), (9, 1), goal={"type": "event", "event": "purchase", "where": []})
    assert [each.measure for each in report_campaign(campaign).verdicts] == ["clicked", "converted"]


def test_where_a_winner_is_looked_for_the_test_itself_decides(site: Site) -> None:
    assert report_campaign(make_plain_test(site, (9, 1), (9, 1), winner_by="clicks")).verdicts == []
    assert report_campaign(make_campaign(site)).verdicts == []


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [(LOCAL, {"9": 3, "13": 1}), ({"schedule": "now"}, {"1": 1, "4": 1, "13": 1, "15": 1})],
)
def test_hours_are_those_of_the_clocks_by_which_it_was_sent(
    site: Site, schedule: dict[str, object], hours: dict[str, int]
) -> None:
    """Sent at nine in Tokyo, Kolkata and New York; a zone that the database does not know is on the site's clock."""
    campaign = make_campaign(site, status="finished", **schedule)
    for zone, hour, minute in (
        ("Asia/Tokyo", 0, 0),
        ("Asia/Kolkata", 3, 40),
        ("America/New_York", 14, 0),
        ("Old/Zone", 12, 0),
    ):
        send(campaign, 1, 0, timezone=zone, sent_at=NOW.replace(hour=hour, minute=minute))
    found = {line.key: line.figures.sent for line in report_campaign(campaign).breakdowns["hour"]}
    assert found == hours
    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()
    assert ("on each person’s own clock" in page) == (schedule is LOCAL)


def test_a_new_segment_is_being_counted(site: Site) -> None:
    segment = make_segment(site, name="Newcomers")
    client = sign_in(is_superuser=True)
    addresses = (
        "/admin/", "/admin/segments/segment/", f"/admin/segments/segment/{segment.pk}/overview/",
        "/admin/campaigns/campaign/add/",
    )  # fmt: skip
    for address in addresses:
        page = client.get(address).content.decode()
        assert "being counted" in page, address
        assert "0 members" not in page, address
    Segment.objects.update(status="ready", refreshed_at=NOW)
    assert "being counted" not in client.get(addresses[2]).content.decode()
