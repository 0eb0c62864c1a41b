"""Watching and reporting: the numbers add up, and every delivery can be looked at."""

import pytest

from campaigns.models import Campaign, Delivery
from subscribers.models import Site
from tests.campaigns.admin.pages import make_delivery, page_of, sign_in
from tests.factories import make_campaign, make_subscriber

pytestmark = pytest.mark.django_db
Status, Reason = Delivery.Status, Delivery.Reason


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """A finished campaign with every kind of outcome."""
    campaign = make_campaign(site, status="finished")
    for status in (Status.SENT, Status.SENT, Status.DISPLAYED, Status.CLICKED):
        make_delivery(campaign, status)
    make_delivery(campaign, Status.FAILED, Reason.GONE)
    make_delivery(campaign, Status.EXPIRED, Reason.TTL)
    make_delivery(campaign, Status.SKIPPED, Reason.NEVER_SUBSCRIBED, due_at=None)
    make_delivery(campaign, Status.SKIPPED, Reason.EXCLUDED, due_at=None)
    return campaign


def test_the_pieces_of_the_bar_are_the_audience(campaign: Campaign) -> None:
    context = sign_in("analyst").get(page_of(campaign, "report")).context

    counts = {share.key: share.count for share in context["shares"]}
    assert counts == {"sent": 4, "waiting": 0, "failed": 1, "expired": 1, "skipped": 2, "erased": 0}
    assert sum(counts.values()) == context["report"].audience
    assert round(sum(share.width for share in context["shares"])) == 100


def test_every_reason_is_named(campaign: Campaign) -> None:
    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "8 in the audience = 4 sent + 1 failed + 1 expired + 2 skipped." in page
    for reason in (Reason.GONE, Reason.TTL, Reason.NEVER_SUBSCRIBED, Reason.EXCLUDED):
        assert reason.label.replace("'", "&#x27;") in page


def test_the_picture_has_a_table_beside_it(campaign: Campaign) -> None:
    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "Sent and clicked by hour</title>" in page
    assert "The same as a table" in page


@pytest.mark.parametrize(
    ("query", "count"), [("", 8), ("?status=sent", 2), ("?reason=gone", 1), ("?status=nonsense", 8)]
)
def test_deliveries_are_filtered(campaign: Campaign, query: str, count: int) -> None:
    context = sign_in("analyst").get(page_of(campaign, "report") + query).context

    assert len(context["deliveries"].rows) == count


def test_deliveries_come_in_pages(site: Site) -> None:
    campaign = make_campaign(site, status="finished")
    for _ in range(51):
        person = make_subscriber(site)
        make_delivery(campaign, Status.SKIPPED, Reason.NEVER_SUBSCRIBED, subscriber=person, due_at=None)
    client = sign_in("analyst")

    first = client.get(page_of(campaign, "report")).context["deliveries"]
    second = client.get(page_of(campaign, "report"), {"after": first.next}).context["deliveries"]

    assert (len(first.rows), len(second.rows)) == (50, 1)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert second.next == ""


def test_progress_is_read_as_json(campaign: Campaign) -> None:
    progress = sign_in("analyst").get(page_of(campaign, "progress")).json()

    assert progress["status"] == "finished"
    assert progress["sentence"] == "Finished. 8 of 8 done: 4 sent, 0 waiting."
    numbers = progress["numbers"]
    assert numbers["audience"] == sum(
        numbers[key] for key in ("waiting", "sent", "failed", "expired", "skipped")
    )


def test_a_reason_for_a_pause_is_shown(site: Site) -> None:
    campaign = make_campaign(site, status="paused", status_reason="The push service refuses our key.")

    page = sign_in("analyst").get(page_of(campaign)).content.decode()

    assert "The push service refuses our key." in page


@pytest.mark.parametrize("status", ["draft", "scheduled"])
def test_a_campaign_without_deliveries_has_a_report(site: Site, status: str) -> None:
    campaign = make_campaign(site, status=status)

    page = sign_in("analyst").get(page_of(campaign, "report")).content.decode()

    assert "Nothing was sent so far." in page
