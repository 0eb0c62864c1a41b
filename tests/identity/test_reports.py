"""What users of comparable products reported about proving who somebody is, tried here."""

import datetime as dt

from subscribers.identity_secrets import read_secrets
from subscribers.models import Identity, PushSubscription, Site, Subscriber
from subscribers.signatures import sign
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import BROWSER, attributes, event, identify, send, subscribe, track
from tracking.models import Event

HOUR = dt.timedelta(hours=1)


def sign_for(site: Site, external_id: str, *, at: dt.datetime = NOW) -> str:
    return sign(read_secrets(site.pk)[0].text, external_id, at=at)


def find_owner(site: Site) -> Subscriber:
    return Identity.objects.get(site=site, kind="anonymous", value=BROWSER).subscriber


def test_a_number_is_signed_as_it_is_written(site: Site) -> None:
    """chatwoot 6725: a hash of 620 that fitted now and then."""
    numbered = {**identify("620", signature=sign_for(site, "620")), "external_id": 620}

    assert send(site, numbered).warnings == []


def test_a_page_that_was_cached_for_too_long_loses_nothing(site: Site) -> None:
    """OneSignal Android 2599: what was queued under an expired token was purged."""
    late = identify("u-42", signature=sign_for(site, "u-42", at=NOW - 25 * HOUR))
    track(site, late, event("add_to_cart"), attributes(tier="gold"))
    assert find_owner(site).external_id == ""
    track(site, identify("u-42"), at=NOW + HOUR)

    person = find_owner(site)
    assert (person.external_id, person.attributes) == ("u-42", {"tier": "gold"})
    assert Event.objects.get().subscriber_id == person.pk


def test_two_people_on_one_device_each_get_their_own(site: Site) -> None:
    """w3c push-api 297 and 353: the second one got what was meant for the first."""
    track(site, identify("u-1"), subscribe())
    track(site, identify("u-2"), at=NOW + HOUR)

    holders = PushSubscription.objects.active().values_list("subscriber__external_id", flat=True)
    assert list(holders) == ["u-2"]
    track(site, identify("u-1"), at=NOW + 2 * HOUR)
    assert list(holders.all()) == ["u-1"]


def test_two_people_who_are_known_are_never_merged(site: Site) -> None:
    """PostHog 11873: logging in as somebody else merged two people for good."""
    track(site, identify("u-1"), attributes(name="Ann"))
    track(site, identify("u-2"), attributes(name="Ben"), at=NOW + HOUR)

    people = Subscriber.objects.living().order_by("external_id")
    assert [(person.external_id, person.attributes) for person in people] == [
        ("u-1", {"name": "Ann"}),
        ("u-2", {"name": "Ben"}),
    ]


def test_the_same_id_on_two_sites_is_two_people_with_secrets_of_their_own(site: Site) -> None:
    """chatwoot 1664."""
    other = factories.make_site()
    track(site, identify("u-42"))
    [warning] = send(other, identify("u-42", signature=sign_for(site, "u-42"))).warnings

    assert "another secret" in warning.warning
    assert read_secrets(site.pk)[0].text != read_secrets(other.pk)[0].text


def test_an_attribute_is_told_after_the_name_without_signing_it_again(site: Site) -> None:
    """chatwoot 3458: what was told after a proven name was refused for want of another hash."""
    track(site, identify("u-42"))
    assert send(site, attributes(tier="gold")).warnings == []


def test_an_empty_id_with_a_good_signature_of_nothing_is_nobody(site: Site) -> None:
    """chatwoot 2694."""
    assert send(site, {**identify("x", signature=sign_for(site, "")), "external_id": ""}).accepted == 0
    track(site, identify("u-42", signature=sign_for(site, "")))
    assert find_owner(site).external_id == ""
