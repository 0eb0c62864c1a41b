"""Subscribers, sites, places and attributes in the admin."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from subscribers.admin.subscriber import list_attributes
from subscribers.identity_secrets import read_secrets
from subscribers.models import (
    Attribute,
    Identity,
    PushSubscription,
    Site,
    Subscriber,
    SubscriberChange,
    validate_timezone,
)
from tests import factories
from tracking.models import Event

LIST = "/admin/subscribers/subscriber/"


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(factories.make_user(is_superuser=True))
    return client


def test_the_list_says_who_is_reachable_and_how_much_they_did(admin: Client, site: Site) -> None:
    ana = factories.make_subscriber(site, external_id="ana", last_seen_at=factories.NOW)
    factories.make_push_subscription(ana)
    factories.make_event(ana, "purchase")
    factories.make_event(ana, "add_to_cart")

    results = admin.get(LIST).context["cl"].queryset

    assert [(row.external_id, row.is_reachable, row.event_count) for row in results] == [("ana", True, 2)]


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    admin: Client, site: Site, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        factories.make_event(factories.make_subscriber(site), "purchase")

    with django_assert_max_num_queries(10):
        admin.get(LIST)


@pytest.mark.parametrize(
    "term",
    [
        "u-1",
        "u-",
        "ana@",
        "ANA@Shop",
        "6f1f9d3e-0f5c-4c4f-9d6b-5f8f6a1c2b3d",
        "6f1f9d3e0f5c4c4f9d6b5f8f6a1c2b3d",
    ],
)
def test_somebody_is_found_by(admin: Client, site: Site, term: str) -> None:
    browser = uuid.UUID("6f1f9d3e-0f5c-4c4f-9d6b-5f8f6a1c2b3d")
    ana = factories.make_subscriber(site, external_id="u-1", email="ana@shop.example", uuid=browser)
    factories.make_subscriber(site, external_id="other")

    assert list(admin.get(LIST, {"q": term}).context["cl"].queryset) == [ana]


def test_somebody_is_found_by_any_of_their_browsers(admin: Client, site: Site) -> None:
    ana = factories.make_subscriber(site)
    browser = str(uuid.uuid4())
    Identity.objects.create(site=site, kind=Identity.Kind.ANONYMOUS, value=browser, subscriber=ana)

    assert list(admin.get(LIST, {"q": browser}).context["cl"].queryset) == [ana]


@pytest.mark.parametrize(("answer", "names"), [("yes", ["ana"]), ("no", ["ben"]), ("?", ["ana", "ben"])])
def test_the_list_is_narrowed_to_those_whom_a_push_can_reach(
    admin: Client, site: Site, answer: str, names: list[str]
) -> None:
    factories.make_push_subscription(factories.make_subscriber(site, external_id="ana"))
    ben = factories.make_subscriber(site, external_id="ben")
    factories.make_push_subscription(ben, ended_at=factories.NOW, end_reason="gone")

    results = admin.get(LIST, {"reachable": answer}).context["cl"].queryset

    assert sorted(row.external_id for row in results) == names


@pytest.mark.parametrize(
    ("country", "names"), [("DE", ["ana"]), ("FR", []), ("XX", ["ana", "ben"]), ("nul\0", ["ana", "ben"])]
)
def test_the_list_is_narrowed_to_a_country(admin: Client, site: Site, country: str, names: list[str]) -> None:
    factories.make_subscriber(site, external_id="ana", country="DE")
    factories.make_subscriber(site, external_id="ben", country="JP")

    results = admin.get(LIST, {"country": country}).context["cl"].queryset

    assert sorted(row.external_id for row in results) == names


def test_every_country_is_offered_by_its_name(admin: Client, site: Site) -> None:
    page = admin.get(LIST).content.decode()

    assert '<option value="JP">Japan</option>' in page
    assert "Apply Filters" in page


def _explain_list(admin: Client, *, sorting: bool = True, **query: str) -> str:
    """How the database reads a page of the list, where a look at every row is out of the question."""
    page = admin.get(LIST, query).context["cl"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"SET LOCAL enable_sort = {sorting}")
    return str(page.queryset[:25].explain())


def test_with_one_site_the_newest_come_out_of_an_index(admin: Client, site: Site) -> None:
    factories.make_subscriber(site)

    # Of the one row here the planner would think nothing of sorting it.
    assert "Index Scan Backward using subscriber_seen" in _explain_list(admin, sorting=False)


@pytest.mark.parametrize(
    ("term", "index"),
    [
        ("ana@shop", "subscriber_email"),
        ("ana@shop", "external_id"),
        ("6f1f9d3e-0f5c-4c4f-9d6b-5f8f6a1c2b3d", "uuid"),
    ],
)
def test_somebody_is_looked_up_in_an_index(admin: Client, site: Site, term: str, index: str) -> None:
    Subscriber.objects.bulk_create(
        Subscriber(
            site=site, external_id=f"u-{number}", email=f"{number}@shop.example",
            created_at=factories.NOW, last_seen_at=factories.NOW,
        )
        for number in range(2000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subscribers_subscriber")

    scans = [line for line in _explain_list(admin, q=term).splitlines() if "Index Scan" in line]

    assert any(index in line for line in scans)


def test_shells_are_not_listed(admin: Client, site: Site) -> None:
    ana = factories.make_subscriber(site)
    factories.make_subscriber(site, merged_into=ana)

    assert list(admin.get(LIST).context["cl"].queryset) == [ana]


def test_attributes_are_read_with_the_words_for_their_type(site: Site) -> None:
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)
    values = {"vip": False, "lifetime_value": 2450.0, "tags": ["a", 1.5], "nothing": None}

    rows = list_attributes(factories.make_subscriber(site, attributes=values))

    assert [(row["key"], row["value"], row["type"]) for row in rows] == [
        ("lifetime_value", "2450", "Number"),
        ("nothing", "(none)", ""),
        ("tags", "a, 1.5", ""),
        ("vip", "no", ""),
    ]


def test_a_site_shows_the_lines_to_paste_and_its_public_key(admin: Client, site: Site) -> None:
    page = admin.get(f"/admin/subscribers/site/{site.pk}/change/").content.decode()

    assert "/sdk/carillon.js" in page
    assert f"data-site-key=&quot;{site.public_key}&quot;" in page
    assert site.vapid_public_key in page
    assert site.vapid_private_key.reveal() not in page


def test_the_identity_secret_is_shown_to_those_alone_who_may_change_the_site(
    client: Client, site: Site
) -> None:
    address = f"/admin/subscribers/site/{site.pk}/change/"
    seen = {}
    for role in ("operator", "marketer", "analyst"):
        client.force_login(factories.make_user(role))
        seen[role] = read_secrets(site.pk)[0].text in client.get(address).content.decode()

    assert seen == {"operator": True, "marketer": False, "analyst": False}


def post_site(admin: Client, **values: str) -> Any:
    form = {
        "name": "Blog",
        "url": "https://blog.example",
        "contact_email": "a@blog.example",
        "timezone": "UTC",
    }
    response = admin.post("/admin/subscribers/site/add/", {**form, **values})
    return response.context["adminform"].form.errors if response.status_code == 200 else None


def test_allowed_origins_are_written_one_per_line(admin: Client) -> None:
    errors = post_site(
        admin, allowed_origins="https://a.example/\r\n\r\n  https://b.example:8443\nhttps://a.example"
    )

    assert errors is None
    assert Site.objects.get().allowed_origins == ["https://a.example", "https://b.example:8443"]


@pytest.mark.parametrize(
    "origin", ["a.example", "https://a.example/path", "https://*.example", "ftp://a.example"]
)
def test_an_origin_that_no_browser_sends_is_refused(admin: Client, origin: str) -> None:
    errors = post_site(admin, allowed_origins=origin)

    assert errors == {"allowed_origins": [f"“{origin}” is not an origin; https://shop.example is."]}


@pytest.mark.parametrize("name", ["localtime", "Factory", "Mars/Olympus"])
def test_a_time_zone_of_no_place_is_neither_offered_nor_taken(admin: Client, name: str) -> None:
    assert name not in admin.get("/admin/subscribers/site/add/").content.decode()
    assert set(post_site(admin, timezone=name) or ()) == {"timezone"}
    with pytest.raises(ValidationError):
        validate_timezone(name)


def test_a_place_off_the_map_is_refused(admin: Client, site: Site) -> None:
    place = {"site": site.pk, "name": "Nowhere", "latitude": "91", "longitude": "0"}

    response = admin.post("/admin/subscribers/place/add/", place)

    assert set(response.context["adminform"].form.errors) == {"latitude"}


def test_an_attribute_shows_the_values_seen_lately_and_its_type_is_changed(admin: Client, site: Site) -> None:
    attribute = factories.make_attribute(site, "tier")
    for tier in ("gold", "gold", "silver"):
        factories.make_subscriber(site, attributes={"tier": tier})
    address = f"/admin/subscribers/attribute/{attribute.pk}/change/"

    page = admin.get(address).content.decode()
    admin.post(address, {"type": "list", "description": "Loyalty"})

    assert page.index("gold") < page.index("silver")
    attribute.refresh_from_db()
    assert (attribute.type, attribute.description) == ("list", "Loyalty")


def test_whoever_changes_a_type_is_told_first_what_will_not_convert(admin: Client, site: Site) -> None:
    attribute = factories.make_attribute(site, "code")
    for code in ("5", "n/a", "gold"):
        factories.make_subscriber(site, attributes={"code": code})
    address = f"/admin/subscribers/attribute/{attribute.pk}/change/"
    wanted = {"type": "number", "element_type": "text", "description": ""}

    page = admin.post(address, wanted).content.decode()
    attribute.refresh_from_db()
    assert "Of the values of 3 people, 2 will not convert, for example “n/a”, “gold”." in page
    assert 'name="go_on"' in page
    assert attribute.type == "text"

    admin.post(address, {**wanted, "go_on": "on"})
    attribute.refresh_from_db()
    assert attribute.type == "number"
    assert "0 % done" in admin.get(address).content.decode()


def test_a_person_shows_what_was_kept_aside(site: Site) -> None:
    factories.make_attribute(site, "code", "number")
    person = factories.make_subscriber(site, attributes={"code": 5}, raw_values={"code": "n/a", "late": "x"})

    rows = [(row["key"], row["value"], row["type"]) for row in list_attributes(person)]

    assert rows == [("code", "5", "Number"), ("code", "n/a", "Kept aside"), ("late", "x", "Kept aside")]


def test_an_attribute_counts_what_was_refused_with_examples(admin: Client, site: Site) -> None:
    attribute = factories.make_attribute(site, "code", "number")
    factories.make_subscriber(site, attributes={"code": 5}, raw_values={"code": "SW1A 1AA"})

    page = admin.get(f"/admin/subscribers/attribute/{attribute.pk}/change/").content.decode()

    assert "1 person sent one last that cannot be read as this type" in page
    assert "SW1A 1AA" in page


def test_that_an_attribute_is_deleted_is_noted_for_whoever_asks_for_it(admin: Client, site: Site) -> None:
    attribute = factories.make_attribute(site, "tier")
    SubscriberChange.objects.all().delete()

    admin.post(f"/admin/subscribers/attribute/{attribute.pk}/delete/", {"post": "yes"})

    assert not Attribute.objects.exists()
    assert [(note.topic, note.subscriber_ids) for note in SubscriberChange.objects.all()] == [
        ("attribute:tier", None)
    ]


def test_what_comes_from_tracking_is_not_added_by_hand(admin: Client) -> None:
    for model in ("subscribers/subscriber", "subscribers/attribute", "tracking/eventtype"):
        assert admin.get(f"/admin/{model}/add/").status_code == 403


def test_an_event_says_how_often_it_happened_in_30_days(admin: Client, site: Site) -> None:
    ana = factories.make_subscriber(site)
    now = dt.datetime.now(dt.UTC)
    for age in (0, 3, 40):
        factories.make_event(ana, "add_to_cart", now - dt.timedelta(days=age))

    (row,) = admin.get("/admin/tracking/eventtype/").context["cl"].queryset

    assert row.count_30_days == 2


def test_a_site_that_was_visited_is_not_deleted(admin: Client, site: Site) -> None:
    address = f"/admin/subscribers/site/{site.pk}/delete/"
    assert admin.get(address).status_code == 200

    factories.make_subscriber(site)

    assert admin.post(address, {"post": "yes"}).status_code == 403


def test_a_person_is_forgotten_with_all_they_did(admin: Client, site: Site) -> None:
    ana = factories.make_subscriber(site)
    factories.make_push_subscription(ana)
    factories.make_event(ana, "purchase")
    address = f"/admin/subscribers/subscriber/{ana.pk}/delete/"

    assert admin.get(address).status_code == 200
    assert admin.post(address, {"post": "yes"}).status_code == 302

    assert Subscriber.objects.count() == Event.objects.count() == PushSubscription.objects.count() == 0
