"""Whoever belongs to one shop's site tries to reach another's: by ids in bodies, in rules, in queries, in forms."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.models import Campaign, SendingPolicy
from segments.models import Segment
from subscribers.models import Place, Site
from tests import factories
from tests.access.world import World, make_member, make_world
from tracking.models import InboxItem

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def theirs() -> World:
    return make_world("quagga")


@pytest.fixture
def mine() -> World:
    return make_world("okapi")


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def browse(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_segment(world: World) -> dict[str, Any]:
    condition = {"type": "segment", "segment": world.rows["segments.segment"].pk, "member": True}
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": [condition]}}


@pytest.mark.parametrize("resource", ["campaigns", "segments", "places", "segments/snapshot"])
def test_nothing_is_made_on_another_site(resource: str, mine: World, theirs: World) -> None:
    body = {
        "site": theirs.site.pk,
        "name": "New",
        "title": "Hello",
        "rule": factories.EVERYONE,
        "latitude": 1,
        "longitude": 1,
    }
    fields = {
        "campaigns": ("site", "name", "title"),
        "segments": ("site", "name", "rule"),
        "segments/snapshot": ("site", "name", "rule"),
        "places": ("site", "name", "latitude", "longitude"),
    }  # fmt: skip
    asked = {name: body[name] for name in fields[resource]}

    answer = api(make_member(mine, "marketer")).post(f"{API}/{resource}/", asked)

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["#/site"]
    assert not any(model.objects.filter(name="New").exists() for model in (Campaign, Segment, Place))


def test_the_site_of_another_is_refused_in_the_words_for_one_that_does_not_exist(
    mine: World, theirs: World
) -> None:
    client = api(make_member(mine, "marketer"))
    given = {"name": "New", "title": "Hello"}

    other = client.post(f"{API}/campaigns/", {**given, "site": theirs.site.pk}).json()
    nobodys = client.post(f"{API}/campaigns/", {**given, "site": 10**9}).json()

    assert json.dumps(other).replace(str(theirs.site.pk), "?") == json.dumps(nobodys).replace(str(10**9), "?")


def test_an_analyst_of_one_site_who_is_marketer_of_another_writes_on_that_alone(
    mine: World, theirs: World
) -> None:
    user = factories.make_user(memberships={mine.site: "marketer", theirs.site: "analyst"})
    client, draft = api(user), theirs.rows["campaigns.campaign"]

    assert client.get(f"{API}/campaigns/{draft.pk}/").status_code == 200
    assert client.patch(f"{API}/campaigns/{draft.pk}/", {"name": "Mine"}).status_code == 403
    assert client.post(f"{API}/campaigns/{draft.pk}/launch/").status_code == 403
    made = client.post(f"{API}/campaigns/", {"site": theirs.site.pk, "name": "New", "title": "Hello"})
    assert made.status_code == 400
    page = browse(user)
    assert page.post(f"/admin/campaigns/campaign/{draft.pk}/launch/").status_code == 403
    assert page.post(f"/admin/campaigns/campaign/{draft.pk}/duplicate/").status_code == 403
    draft.refresh_from_db()
    assert (draft.name, draft.status) == ("quagga draft", "draft")


def test_who_exports_people_on_one_site_exports_nobody_of_another(mine: World, theirs: World) -> None:
    """listmonk #2998: reading is not exporting; and exporting here is not exporting there."""
    user = factories.make_user(memberships={mine.site: "marketer", theirs.site: "analyst"})
    members, sent = mine.rows["list"].pk, mine.rows["sent"].pk

    for path in (f"{API}/segments/{members}/members.csv", f"{API}/campaigns/{sent}/report.csv"):
        assert api(user).get(path).status_code == 403
    for path in (f"segments/segment/{members}/members.csv", f"campaigns/campaign/{sent}/report.csv"):
        assert browse(user).get(f"/admin/{path}").status_code == 403
    assert api(user).get(f"{API}/segments/{theirs.rows['list'].pk}/members.csv").status_code == 200


def test_rows_are_not_found_by_what_a_related_row_of_another_site_says(mine: World, theirs: World) -> None:
    page = browse(make_member(mine, "marketer"))

    for query in ("site__name__startswith=q", "include_segments__name__startswith=q", "segment=1"):
        answer = page.get(f"/admin/campaigns/campaign/?{query}", follow=True)
        assert "quagga" not in answer.content.decode()


def test_a_draft_is_not_moved_to_another_site(mine: World, theirs: World) -> None:
    draft = mine.rows["campaigns.campaign"]

    answer = api(make_member(mine, "marketer")).patch(
        f"{API}/campaigns/{draft.pk}/", {"site": theirs.site.pk}
    )

    assert answer.status_code == 400
    draft.refresh_from_db()
    assert draft.site == mine.site


@pytest.mark.parametrize("field", ["include_segments", "exclude_segments"])
def test_a_campaign_names_no_segment_of_another_site_and_learns_no_name(
    field: str, mine: World, theirs: World
) -> None:
    draft, other = mine.rows["campaigns.campaign"], theirs.rows["segments.segment"]

    answer = api(make_member(mine, "marketer")).patch(f"{API}/campaigns/{draft.pk}/", {field: [other.pk]})

    assert answer.status_code == 400
    assert "quagga" not in answer.content.decode()


@pytest.mark.parametrize("door", ["preview", "preview/history", "snapshot"])
def test_no_rule_counts_the_members_of_another_sites_segment(door: str, mine: World, theirs: World) -> None:
    client = api(make_member(mine, "marketer"))
    own = {"site": mine.site.pk, "rule": in_segment(theirs), **({"name": "X"} if door == "snapshot" else {})}
    other = {**own, "site": theirs.site.pk, "rule": factories.EVERYONE}

    for body in (own, other):
        answer = client.post(f"{API}/segments/{door}/", body)
        assert answer.status_code == 400
        assert "quagga" not in answer.content.decode()


def test_a_preview_names_no_segment_of_another_site(mine: World, theirs: World) -> None:
    body = {
        "site": mine.site.pk,
        "rule": factories.EVERYONE,
        "segment": theirs.rows["segments.segment"].pk,
    }

    answer = api(make_member(mine, "marketer")).post(f"{API}/segments/preview/", body)

    assert answer.status_code == 400
    assert "does not exist" in answer.content.decode()


@pytest.mark.parametrize("page", ["overlap", "drift"])
def test_segments_of_another_site_are_not_compared(page: str, mine: World, theirs: World) -> None:
    ids = f"{theirs.rows['segments.segment'].pk},{theirs.rows['list'].pk}"
    user = make_member(mine, "marketer")

    answer = api(user).get(f"{API}/segments/{page}/", {"ids": ids})

    assert answer.status_code == 400
    for body in (answer.content, browse(user).get(f"/admin/segments/segment/{page}/", {"ids": ids}).content):
        assert "quagga" not in body.decode()
        assert "There is no segment" in body.decode()


def test_a_report_is_not_broken_down_by_another_sites_segment(mine: World, theirs: World) -> None:
    address = f"{API}/campaigns/{mine.rows['sent'].pk}/report/"

    answer = api(make_member(mine, "analyst")).get(address, {"segments": theirs.rows["list"].pk})

    assert answer.status_code == 400
    assert "There is no segment" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "parameter", "model"),
    [
        ("campaigns/", "site", "subscribers.site"),
        ("segments/", "site", "subscribers.site"),
        ("subscribers/", "site", "subscribers.site"),
        ("places/", "site", "subscribers.site"),
        ("attributes/", "site", "subscribers.site"),
        ("event-types/", "site", "subscribers.site"),
    ],
)
def test_a_filter_by_another_sites_id_does_not_say_that_it_exists(
    address: str, parameter: str, model: str, mine: World, theirs: World
) -> None:
    client = api(make_member(mine, "analyst"))

    other = client.get(f"{API}/{address}", {parameter: theirs.rows[model].pk})
    nobodys = client.get(f"{API}/{address}", {parameter: 10**9})

    assert (other.status_code, other.json()) == (nobodys.status_code, nobodys.json())


def test_people_are_not_found_by_another_sites_names(mine: World, theirs: World) -> None:
    client = api(make_member(mine, "analyst"))
    person = theirs.rows["subscribers.subscriber"]

    for query in ({"external_id": "quagga-1"}, {"email": person.email}, {"uuid": str(person.uuid)}):
        assert client.get(f"{API}/subscribers/", query).json()["results"] == []
    page = browse(make_member(mine, "operator"))
    for text in ("quagga-1", person.email, str(person.uuid)):
        found = page.get("/admin/subscribers/subscriber/", {"q": text}).content.decode()
        assert f"/subscriber/{person.pk}/" not in found


def test_why_somebody_is_in_a_segment_is_not_told_of_another_sites_person(mine: World, theirs: World) -> None:
    own, person = mine.rows["segments.segment"], theirs.rows["subscribers.subscriber"]
    user = make_member(mine, "marketer")

    answer = api(user).get(f"{API}/segments/{own.pk}/explain/", {"subscriber": person.pk})

    assert answer.status_code == 404
    assert browse(user).get(f"/admin/segments/segment/{own.pk}/explain/{person.pk}/").status_code == 404


def test_nobody_is_put_on_another_sites_list_nor_anybody_of_it_on_ones_own(
    mine: World, theirs: World
) -> None:
    client, person = api(make_member(mine, "marketer")), theirs.rows["subscribers.subscriber"]

    other = client.post(f"{API}/segments/{theirs.rows['list'].pk}/members/", {"add": [person.pk]})
    own = client.post(f"{API}/segments/{mine.rows['list'].pk}/members/", {"add": [person.pk]})

    assert other.status_code == 404
    assert own.json()["added"] == 0


def test_an_operator_changes_no_jobs_and_makes_no_site(mine: World) -> None:
    """They are the installation's: whoever may stop a job stops it for every site."""
    user = make_member(mine, "operator")
    page = browse(user)

    for path in (
        "django_celery_beat/periodictask/",
        "django_celery_beat/periodictask/add/",
        "subscribers/site/add/",
    ):
        assert page.get(f"/admin/{path}").status_code == 403
    assert api(user).post(f"{API}/sites/", {"name": "New", "url": "https://a.example"}).status_code == 403


def test_the_home_page_counts_ones_own_sites_alone(mine: World, theirs: World) -> None:
    for number in range(40):
        factories.make_subscriber(theirs.site, last_seen_at=timezone.now(), external_id=f"quagga-x{number}")
    first = browse(factories.make_user(is_superuser=True)).get("/admin/").content.decode()

    page = browse(make_member(mine, "marketer")).get("/admin/").content.decode()

    assert "<strong>42</strong> subscribers" in first
    assert "<strong>1</strong> subscriber," in page
    assert "quagga" not in page
    assert "Everything keeps up" not in browse(make_member(mine, "operator")).get("/admin/").content.decode()


def test_figures_kept_for_one_reader_are_not_shown_to_another(mine: World, theirs: World) -> None:
    cache.clear()
    browse(make_member(theirs, "marketer")).get("/admin/")
    factories.make_subscriber(mine.site)

    page = browse(make_member(mine, "marketer")).get("/admin/").content.decode()

    assert "<strong>2</strong> subscribers" in page


@pytest.mark.parametrize(
    "path",
    [
        "campaigns/campaign/add/", "segments/segment/add/", "subscribers/place/add/", "segments/segment/gallery/",
        "segments/segment/waiting/", "campaigns/sendingpolicy/",
        *(f"{model}/" for model in ("campaigns/campaign", "segments/segment", "subscribers/subscriber", "subscribers/attribute", "tracking/eventtype")),
    ],
)  # fmt: skip
def test_no_picker_and_no_filter_offers_another_site(path: str, mine: World, theirs: World) -> None:
    user = factories.make_user(memberships={mine.site: "marketer", factories.make_site(): "marketer"})

    page = browse(user).get(f"/admin/{path}", follow=True)

    assert page.status_code == 200
    assert "quagga" not in page.content.decode()


def test_forms_take_no_site_and_no_segment_of_another(mine: World, theirs: World) -> None:
    page = browse(make_member(mine, "marketer"))
    place = {"site": theirs.site.pk, "name": "New", "latitude": 1, "longitude": 1}
    segment = {
        "site": theirs.site.pk,
        "name": "New",
        "description": "",
        "rule": json.dumps(factories.EVERYONE),
    }

    page.post("/admin/subscribers/place/add/", place)
    page.post("/admin/segments/segment/add/", segment)

    assert not Place.objects.filter(name="New").exists()
    assert not Segment.objects.filter(name="New").exists()


@pytest.mark.parametrize("query", ["copy={}", "within={}", "within={}&without={}"])
def test_a_new_segment_is_not_filled_in_from_another_sites(query: str, mine: World, theirs: World) -> None:
    asked = query.format(theirs.rows["segments.segment"].pk, theirs.rows["list"].pk)

    page = browse(make_member(mine, "marketer")).get(f"/admin/segments/segment/add/?{asked}")

    assert "quagga" not in page.content.decode()


@pytest.mark.parametrize(
    "page", ["preview", "preview/history", "preview/comparison", "preview/snapshot", "declare"]
)
def test_the_builder_answers_for_no_other_site(page: str, mine: World, theirs: World) -> None:
    asked = {
        "site": theirs.site.pk,
        "rule": factories.EVERYONE,
        "name": "n",
        "what": "attribute",
        "type": "text",
    }
    asked["segment"] = theirs.rows["segments.segment"].pk
    client = browse(make_member(mine, "marketer"))

    answer = client.post(
        f"/admin/segments/segment/{page}/", json.dumps(asked), content_type="application/json"
    )

    assert answer.status_code == 400
    assert "Choose a site first." in answer.content.decode()


def test_the_composer_shows_nobody_of_another_site(mine: World, theirs: World) -> None:
    client = browse(make_member(mine, "marketer"))
    asked: dict[str, Any] = {"site": theirs.site.pk, "q": "quagga", "title": "{{ subscriber.email }}"}
    asked["sample"] = theirs.rows["subscribers.subscriber"].pk

    samples = client.get("/admin/campaigns/campaign/samples/", asked).content.decode()
    preview = client.post("/admin/campaigns/campaign/preview/", asked)
    advice = client.post("/admin/campaigns/campaign/advice/", asked).content.decode()

    assert json.loads(samples) == {"results": []}
    assert preview.status_code == 400
    assert "person" not in json.loads(advice)["audience"]


def test_a_test_goes_to_nobody_of_another_site(mine: World, theirs: World) -> None:
    client, draft = browse(make_member(mine, "marketer")), mine.rows["campaigns.campaign"]

    page = client.post(
        f"/admin/campaigns/campaign/{draft.pk}/test/",
        {"subscriber": theirs.rows["subscribers.subscriber"].pk},
    )

    assert "Choose who should get the test." in page.content.decode()


def test_what_was_set_aside_of_another_site_is_not_thrown_away(mine: World, theirs: World) -> None:
    item = theirs.rows["tracking.inboxitem"]
    page = browse(make_member(mine, "operator"))

    for action in ("discard", "try_again"):
        data = {"action": action, "_selected_action": [item.pk], "confirmed": "1"}
        answer = page.post("/admin/tracking/inboxitem/", data, follow=True)
        assert "quagga" not in answer.content.decode()

    assert InboxItem.objects.get(pk=item.pk).failed_at is not None


def test_actions_on_rows_of_several_sites_touch_those_one_may_change(mine: World, theirs: World) -> None:
    user = factories.make_user(memberships={mine.site: "operator", theirs.site: "analyst"})
    places = [mine.rows["subscribers.place"].pk, theirs.rows["subscribers.place"].pk]
    data = {"action": "delete_selected", "_selected_action": places, "post": "yes"}

    browse(user).post("/admin/subscribers/place/", data)

    assert Place.objects.filter(pk=places[1]).exists()


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_another_sites_limits_are_not_there(method: str, mine: World, theirs: World) -> None:
    client = api(make_member(mine, "marketer"))

    body = {} if method == "get" else {"holdout_percent": 50}

    answer = getattr(client, method)(f"{API}/sites/{theirs.site.pk}/sending-policy/", body)

    assert answer.status_code == 404
    assert SendingPolicy.objects.get(site=theirs.site).holdout_percent == 0


def test_nobody_of_another_site_reports_events_for_it(mine: World, theirs: World) -> None:
    """The role has no right to it; given it in a group of its own, it holds on that site alone."""
    user = make_member(mine, "operator")
    operations = [
        {"id": "0b0e7a55-3ad4-4d30-8e4f-6cf2a4f0a001", "type": "event", "external_id": "x", "name": "y"}
    ]

    for site in (theirs.site.pk, theirs.site.public_key):
        answer = api(user).post(f"{API}/track/", {"site": site, "operations": operations})
        assert answer.status_code in {400, 401, 403}


def test_a_name_like_that_of_another_site_is_not_remarked_on(mine: World, theirs: World) -> None:
    client = browse(make_member(mine, "operator"))
    form = {
        "name": "Quagga  Shop",
        "url": "https://okapi.example",
        "contact_email": "a@okapi.example",
        "timezone": "UTC",
    }

    page = client.post(f"/admin/subscribers/site/{mine.site.pk}/change/", form, follow=True)

    assert "quagga shop" not in page.content.decode()


def test_who_is_moved_to_another_site_has_lost_the_first_at_once(mine: World, theirs: World) -> None:
    user = make_member(mine, "marketer")
    client = browse(user)
    path = f"/admin/campaigns/campaign/{mine.rows['campaigns.campaign'].pk}/change/"
    assert client.get(path).status_code == 200

    user.memberships.update(site=theirs.site)

    assert client.get(path).status_code == 404


def test_a_site_that_is_the_only_one_is_not_asked_for(mine: World, theirs: World) -> None:
    page = browse(make_member(mine, "marketer")).get("/admin/segments/segment/add/").content.decode()

    assert f'<input type="hidden" name="site" value="{mine.site.pk}"' in page
    assert Site.objects.count() > 1
