"""What a launch would refuse is said while the draft is being written, beside its field; and how many it goes to."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.audience import size_audience
from campaigns.models import Campaign
from segments.building import build_waiting
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, make_reachable, page_of, sign_in
from tests.campaigns.people import in_country
from tests.factories import make_attribute, make_campaign, make_segment, make_subscriber

pytestmark = pytest.mark.django_db
ADVICE = "/admin/campaigns/campaign/advice/"
LAST_YEAR = "2025-01-01"


@pytest.fixture
def keys(site: Site) -> None:
    make_attribute(site, "first_name")
    make_attribute(site, "slug")


def ask(site: Site, **values: Any) -> dict[str, Any]:
    answer = sign_in("marketer").post(ADVICE, fill_in(site, **values))
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"title": "Hi {{ subscriber.first_nam }}"}, "title", "called “first_nam”. Did you mean “first_name”?"),
        ({"body": "{{ subscriber.shoe }}"}, "body", "Nobody has an attribute called “shoe”."),
        ({"title": "Hi {{ subscriber.first_name }}"}, "title", "Give a fallback, like {{ subscriber.first_name | default"),
        ({"button_1_text": "For {{ subscriber.city }}"}, "button_1_text", "Of whom “city” is not known"),
        ({"link_url": "javascript:alert(1)"}, "link_url", "is not a web address"),
        ({"button_1_text": "Go", "button_1_link": "ftp://x"}, "button_1_link", "is not a web address"),
        ({"link_url": "https://shop.example/{{ subscriber.slug }}"}, "link_url", "Of whom “slug” is not known"),
        ({"schedule": "instant", "send_date": LAST_YEAR, "send_time": "09:00"}, "send_date", "has passed"),
        ({"schedule": "local", "local_date": LAST_YEAR, "local_time": "09:00"}, "local_date", "passed everywhere on earth"),
        ({"schedule": "local", "local_date": "2040-01-01", "local_time": "09:00"}, "local_date", "two years away"),
    ],
)  # fmt: skip
def test_it_is_said_beside_its_field(site: Site, values: dict[str, Any], field: str, words: str) -> None:
    fields = ask(site, **values)["fields"]
    assert words in " ".join(fields[field])
    assert set(fields) == {field}


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    "values",
    [
        {}, {"title": ""}, {"title": 'Hi {{ subscriber.first_name | default: "there" }}'},
        {"title": "{% if subscriber.first_name %}Hi {{ subscriber.first_name }}{% endif %}"},
        {"title": "{{ broken"}, {"link_url": "/sale"}, {"schedule": "instant"}, {"schedule": "local"},
        {"schedule": "recurring"}, {"schedule": "now", "local_date": LAST_YEAR, "send_date": LAST_YEAR},
    ],
)  # fmt: skip
def test_nothing_is_said_of_what_is_fine_or_not_written_yet(site: Site, values: dict[str, Any]) -> None:
    assert ask(site, **values)["fields"] == {}


def test_a_draft_that_is_opened_says_it_at_once(site: Site) -> None:
    draft = make_campaign(site, title="Hi {{ subscriber.first_nam }}")
    page = sign_in("marketer").get(page_of(draft)).content.decode()
    beside = page.split('data-advice="title"')[1].split("</div>")[0]
    assert "Nobody has an attribute called “first_nam”." in beside


def test_versions_are_looked_at_as_well(site: Site) -> None:
    versions = {
        "versions-TOTAL_FORMS": "1", "versions-INITIAL_FORMS": "0", "versions-0-title": "{{ subscriber.shoe }}",
    }  # fmt: skip
    assert "called “shoe”" in ask(site, **versions)["fields"]["versions-0-title"][0]


@pytest.mark.parametrize(
    "junk",
    [{}, {"site": "x"}, {"site": "9" * 30}, {"include_segments": ["x", "-1", "9" * 30]}, {"schedule": "?"}],
)
def test_whatever_is_posted_is_answered(site: Site, junk: dict[str, Any]) -> None:
    client = sign_in("marketer")
    assert client.post(ADVICE, junk).status_code == 200
    assert client.post(ADVICE, {**fill_in(site), **junk}).status_code == 200
    assert not Campaign.objects.exists()


def test_whoever_may_not_write_campaigns_is_told_nothing(site: Site) -> None:
    assert sign_in("analyst").post(ADVICE, fill_in(site)).status_code == 403


def test_the_audience_is_counted_as_it_is_chosen(site: Site) -> None:
    for country in ("DE", "DE", "FR"):
        make_reachable(site, country=country)
    make_subscriber(site, country="DE")
    german, french = make_segment(site, in_country("DE")), make_segment(site, in_country("FR"))
    assert "is being counted" in ask(site, include_segments=[german.pk])["audience"]
    build_waiting(now=timezone.now())
    assert ask(site)["audience"] == "4 people, 3 of whom can be reached by push now."
    assert ask(site, include_segments=[german.pk])["audience"].startswith("3 people, 2 of whom")
    assert ask(site, exclude_segments=[german.pk])["audience"].startswith("1 person, 1 of whom")
    both = [german.pk, french.pk]
    assert ask(site, include_segments=both, exclude_segments=[french.pk])["audience"].startswith(
        "3 people, 2 of whom"
    )
    assert ask(site, holdout_percent="10")["audience"].endswith("10 % of them are held out.")


def test_counting_takes_two_statements_however_many_segments(site: Site) -> None:
    ids = [make_segment(site, in_country("DE")).pk for _ in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        size_audience(site, ids, ids)
    assert len(queries) == 2


def test_insert_attribute_offers_the_fallback_that_it_inserts(site: Site) -> None:
    page = sign_in("marketer").get("/admin/campaigns/campaign/add/").content.decode()
    field = re.search(r'<input[^>]*id="attribute-fallback"[^>]*>', page)
    assert field is not None
    assert 'placeholder="there"' in field[0]
    assert "Left empty, it is “there”." in page


def test_the_composer_says_what_the_dates_are_of_today(site: Site) -> None:
    tomorrow = timezone.now().date() + dt.timedelta(days=2)
    assert ask(site, schedule="local", local_date=str(tomorrow), local_time="09:00")["fields"] == {}
