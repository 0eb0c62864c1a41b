"""Customers whose ids look the same become one."""

import datetime as dt

from subscribers.models import Identity, Site, Subscriber
from tests.factories import NOW
from tests.tracking.requests import BROWSER, OTHER_BROWSER, attributes, event, identify, track
from tracking.models import Event
from tracking.twins import merge_twins


def _spell(person: Subscriber, text: str) -> None:
    """As it was kept before ids had one form."""
    Subscriber.objects.filter(pk=person.pk).update(external_id=text)
    Identity.objects.filter(subscriber=person, kind="external").update(value=text)


def test_two_spellings_of_one_id_become_one_person_with_all_they_did(site: Site) -> None:
    track(site, identify("twin"), event("purchase"), attributes(tier="gold"))
    twin = Subscriber.objects.get(external_id="twin")
    _spell(twin, "Jose\u0301 ")
    track(site, identify("José"), event("purchase"), browser=OTHER_BROWSER)

    assert merge_twins(now=NOW) == 1
    assert merge_twins(now=NOW) == 0

    (person,) = Subscriber.objects.living()
    assert (person.external_id, person.attributes) == ("José", {"tier": "gold"})
    assert Event.objects.filter(subscriber=person).count() == 2
    assert Identity.objects.get(value=BROWSER).subscriber == person


def test_what_was_taken_back_does_not_return_with_a_merge(site: Site) -> None:
    track(site, attributes(email="old@shop.example"))
    track(site, identify("u-1"), attributes(email="ann@shop.example"), browser=OTHER_BROWSER)
    track(site, attributes(email=""), browser=OTHER_BROWSER, at=NOW + dt.timedelta(seconds=1))

    track(site, identify("u-1"), at=NOW + dt.timedelta(seconds=2))

    (person,) = Subscriber.objects.living()
    assert (person.email, person.attributes) == ("", {})
