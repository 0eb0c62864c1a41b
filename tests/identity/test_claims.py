"""What a claim is good for: rules can ask for it, people see it, and it ends where a proof begins."""

from django.test import Client
from rest_framework.test import APIClient

from segments.definitions import describe_document, read_names
from segments.explanation import explain_membership
from segments.following import follow_site
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.segments.live import make_built, members, rule_of
from tests.tracking.requests import OTHER_BROWSER, identify, track

CLAIMS = rule_of({"type": "profile", "field": "claimed_id", "operator": "equals", "value": "U-42"})


def test_a_rule_finds_who_claims_an_id_until_they_prove_one(site: Site) -> None:
    segment = make_built(site, CLAIMS)
    track(site, identify("u-42"), signs=False)
    track(site, identify("u-42"), browser=OTHER_BROWSER)
    follow_site(site, now=NOW)

    visitor = Subscriber.objects.get(claimed_id="u-42")
    customer = Subscriber.objects.get(external_id="u-42")
    assert members(segment) == {visitor.pk}
    for person, holds in ((visitor, True), (customer, False)):
        assert explain_membership(segment, person, as_of=NOW).root.holds is holds

    track(site, identify("u-42"))
    follow_site(site, now=NOW)
    assert members(segment) == set()
    assert Subscriber.objects.living().get() == customer


def test_a_visitor_who_becomes_a_new_customer_claims_nothing_more(site: Site) -> None:
    segment = make_built(site, CLAIMS)
    track(site, identify("u-42"), signs=False)
    track(site, identify("u-77"))
    follow_site(site, now=NOW)

    person = Subscriber.objects.get()
    assert (person.external_id, person.claimed_id) == ("u-77", "")
    assert members(segment) == set()


def test_the_rule_says_that_it_is_a_claim(site: Site) -> None:
    assert (
        describe_document(CLAIMS, read_names(site)) == "Subscribers whose claimed customer id equals “U-42”."
    )


def test_the_builder_offers_it(client: Client, site: Site) -> None:
    client.force_login(factories.make_user("marketer"))
    answer = client.get(f"/admin/segments/segment/catalogue/{site.pk}/")

    offered = {field["key"]: field["label"] for field in answer.json()["profile"]}
    assert offered["claimed_id"] == "claimed customer id"


def test_it_is_shown_as_not_proven(client: Client, site: Site) -> None:
    track(site, identify("u-42"), signs=False)
    person = Subscriber.objects.get()
    client.force_login(factories.make_user("marketer"))
    page = client.get(f"/admin/subscribers/subscriber/{person.pk}/change/").content.decode()

    assert "Claims to be" in page
    assert "(not proven)" in page


def test_the_api_tells_it_apart_from_the_customers_id(site: Site) -> None:
    track(site, identify("u-42"), signs=False)
    api = APIClient()
    api.force_login(factories.make_user("analyst"))

    [person] = api.get("/api/v1/subscribers/").json()["results"]
    assert (person["claimed_id"], person["external_id"]) == ("u-42", "")
    assert api.get("/api/v1/subscribers/?external_id=u-42").json()["results"] == []
