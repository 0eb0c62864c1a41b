"""The CSV of what became of each person, whatever happened to what it names since."""

import csv
import datetime as dt
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.models import Delivery
from campaigns.reports.export import write_report
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable, make_running


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Asia/Tokyo", "2026-11-21 21:00"),
        ("America/Gone_By", ""),
        ("", ""),
        ("../etc/passwd", ""),
        ("UTC\0", ""),
    ],
)
def test_a_time_zone_that_is_in_no_database_any_more_leaves_the_local_time_empty(
    site: Site, now: dt.datetime, zone: str, local: str
) -> None:
    make_reachable(site, timezone="Asia/Tokyo")
    campaign = make_running(site)
    Delivery.objects.update(timezone=zone.replace("\0", "?"), due_at=now)
    (row,) = csv.DictReader(StringIO("".join(write_report(campaign)).removeprefix("\ufeff")))
    assert row["due at (local time)"] == local
    assert row["due at"] == "2026-11-21T12:00:00Z"


def test_the_pages_of_a_campaign_survive_such_a_zone_too(
    client: Client, site: Site, now: dt.datetime
) -> None:
    client.force_login(User.objects.create_superuser("root"))
    make_reachable(site, timezone="Asia/Tokyo")
    campaign = make_running(site)
    Delivery.objects.update(timezone="America/Gone_By", due_at=now + dt.timedelta(days=1))
    for page in ("report", "progress"):
        response = client.get(f"/admin/campaigns/campaign/{campaign.pk}/{page}/")
        assert response.status_code in (200, 404), page


def test_a_button_that_the_api_made_can_be_edited_in_the_admin(client: Client, site: Site) -> None:
    client.force_login(User.objects.create_superuser("root"))
    actions = [{"title": "x" * 50, "link": "https://shop.example/" + "y" * 900}]
    campaign = factories.make_campaign(site, actions=actions)
    page = client.get(f"/admin/campaigns/campaign/{campaign.pk}/change/")
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    again = type(form)(values, instance=campaign)
    assert not {name for name in again.errors if name.startswith("button")}, again.errors


def test_the_file_begins_with_its_byte_order_mark_once(site: Site) -> None:
    make_reachable(site)
    text = "".join(write_report(make_running(site)))
    assert text.startswith("\ufeff")
    assert text.count("\ufeff") == 1
