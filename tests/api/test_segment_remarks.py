"""Remarks through the management door: each with the path of its condition, and heeding who uses the segment."""

import datetime as dt
from typing import Any

from rest_framework.test import APIClient

from campaigns.models import Campaign
from subscribers.models import Site
from tests import factories
from tests.api.problems import list_wrong
from tests.campaigns.people import make_segmented

LATELY = {"type": "event", "event": "visit", "within": {"last": {"hours": 24}}}
EVER = {"type": "event", "event": "visit"}
BOTH = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [EVER, LATELY]}}


def preview(client: APIClient, site: Site, **values: Any) -> Any:
    return client.post("/api/v1/segments/preview/", {"site": site.pk, "rule": BOTH, **values}, format="json")


def test_a_remark_comes_with_the_path_of_its_condition(client: APIClient, site: Site) -> None:
    factories.make_event(factories.make_subscriber(site), "visit")

    answer = preview(client, site).json()

    [remark] = answer["remarks"]
    assert remark["path"] == "root.conditions[0]"
    assert remark["message"].startswith(
        "This changes nothing: everybody who did “visit” in the last 24 hours"
    )
    assert remark["message"] in answer["warnings"]


def test_a_preview_of_a_saved_segment_heeds_its_campaigns(client: APIClient, site: Site) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        factories.make_event(factories.make_subscriber(site, timezone=zone), "visit")
    segment = factories.make_segment(site)
    local: dict[str, Any] = {
        "schedule": Campaign.Schedule.LOCAL,
        "local_date": dt.date(2026, 12, 1),
        "local_time": dt.time(9),
    }
    make_segmented(site, include=[segment], **local)

    paths = [remark["path"] for remark in preview(client, site, segment=segment.pk).json()["remarks"]]

    assert paths == ["root.conditions[0]", "root.conditions[1]"]


def test_a_segment_of_another_site_is_refused_in_words(client: APIClient, site: Site) -> None:
    foreign = factories.make_segment(factories.make_site())

    response = preview(client, site, segment=foreign.pk)

    assert response.status_code == 400
    assert list_wrong(response) == {"segment": ["This segment belongs to another site."]}
