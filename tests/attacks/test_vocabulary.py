"""Whoever has the public key must not be able to take up a site's names, and nothing that was sent is lost to it."""

import datetime as dt
import uuid
from typing import Any

import pytest

from segments.models import Segment
from subscribers import definitions
from subscribers.attribute_moves import delete_attributes, merge_attributes, move_attributes
from subscribers.models import Attribute, Site, Standing, Subscriber
from subscribers.name_users import Name, list_usages
from tests import factories
from tests.factories import NOW
from tests.segments.live import rule_of
from tests.tracking.requests import BROWSER, OTHER_BROWSER, attributes, event, send, track
from tracking import declaring, event_names, log, vocabulary
from tracking.declaring import declare_property
from tracking.draining import drain_inbox
from tracking.event_names import UNLISTED
from tracking.ingestion import Accepted, accept_backend_request
from tracking.models import Event, EventSummary, EventType
from tracking.timeline import read_timeline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, limit in (
        (event_names, "EVENT_TYPES_PER_SITE", 5),
        (event_names, "NEW_EVENT_TYPES_PER_SITE", 3),
        (definitions, "DEFINITIONS_PER_SITE", 5),
        (definitions, "NEW_DEFINITIONS_PER_SITE", 3),
    ):
        monkeypatch.setattr(module, name, limit)


@pytest.fixture
def flooded(site: Site) -> Site:
    """One visitor has made up more names than there is room for, of all kinds of room together."""
    names = [f"made up {number}" for number in range(20)]
    track(
        site, *map(event, names), {**attributes(), "set": dict.fromkeys(names, 1)}, browser=str(uuid.uuid4())
    )
    return site


def tell(site: Site, *operations: dict[str, Any]) -> Accepted:
    """The site's backend reports."""
    told = [{**operation, "external_id": "u-1"} for operation in operations]
    answer = accept_backend_request(site=site, body={"operations": told}, now=NOW)
    drain_inbox(now=NOW)
    return answer


def work() -> None:
    while vocabulary.work_on_vocabulary(clock=lambda: NOW):
        pass


def bring_attributes() -> None:
    while move_attributes(clock=lambda: NOW):
        pass


def find(site: Site, name: str) -> EventType:
    return EventType.objects.get(site=site, name=name)


def list_names(site: Site, **wanted: Any) -> set[str]:
    rows = EventType.objects.filter(site=site, **wanted).exclude(name__startswith="$")
    return set(rows.values_list("name", flat=True))


def test_a_flood_of_names_leaves_room_for_what_the_backend_sends(flooded: Site) -> None:
    answer = tell(flooded, event("purchase"), attributes(tier="gold"))

    assert (answer.accepted, answer.rejected, answer.warnings) == (2, [], [])
    assert find(flooded, "purchase").standing == Standing.ACCEPTED
    assert Attribute.objects.get(site=flooded, key="tier").standing == Standing.ACCEPTED
    person = Subscriber.objects.get(external_id="u-1")
    assert person.attributes == {"tier": "gold"}
    assert [entry.name for entry in read_timeline(person)] == ["purchase"]


def test_a_flood_takes_up_the_room_of_browsers_and_no_more(flooded: Site) -> None:
    assert len(list_names(flooded)) == len(list_names(flooded, standing=Standing.NEW)) == 3
    assert Attribute.objects.filter(site=flooded).count() == 3


def test_what_finds_no_room_is_told_and_stays_in_the_timeline(flooded: Site) -> None:
    answer = send(flooded, event("purchase", properties={"price": 7}))
    drain_inbox(now=NOW)

    assert (answer.accepted, answer.rejected) == (1, [])
    (caution,) = answer.warnings
    assert "takes no new names from browsers at present" in caution.warning
    (entry,) = read_timeline(Subscriber.objects.get(identities__value=BROWSER))
    assert (entry.name, entry.properties) == ("purchase", {"price": 7})


def test_an_honest_name_takes_the_place_of_one_that_fewer_people_sent(flooded: Site) -> None:
    for browser in (BROWSER, OTHER_BROWSER):
        track(flooded, event("purchase", properties={"price": 7}), browser=browser)
    assert "purchase" not in list_names(flooded)

    work()

    assert "purchase" in list_names(flooded)
    assert len(list_names(flooded)) == 3
    assert find(flooded, "purchase").events.count() == 2
    assert find(flooded, "purchase").properties == {"price": "number"}
    assert Event.objects.count() == 22  # the loser's are unlisted, and there
    assert sum(EventSummary.objects.values_list("count", flat=True)) == 22


def test_what_one_sends_a_thousand_times_is_no_reason_to_give_it_the_place_of_others(site: Site) -> None:
    for browser in (BROWSER, OTHER_BROWSER):
        track(site, *(event(f"honest {number}") for number in range(3)), browser=browser)

    track(site, *(event("loud") for _ in range(50)))
    work()

    assert list_names(site) == {"honest 0", "honest 1", "honest 2"}


def test_an_honest_attribute_takes_the_place_of_one_that_fewer_people_sent(flooded: Site) -> None:
    for browser in (BROWSER, OTHER_BROWSER):
        track(flooded, attributes(size=browser[:2]), browser=browser)
    assert "size" not in set(Attribute.objects.values_list("key", flat=True))

    work()
    bring_attributes()

    keys = set(Attribute.objects.values_list("key", flat=True))
    assert "size" in keys
    assert len(keys) == 3
    people = Subscriber.objects.filter(identities__value__in=[BROWSER, OTHER_BROWSER])
    assert [set(person.attributes) for person in people] == [{"size"}, {"size"}]
    flooder = Subscriber.objects.get(attributes__has_key=min(keys - {"size"}))
    assert len(flooder.attributes) == 2
    assert len(flooder.attributes) + len(flooder.raw_values) == 20  # the loser's value is kept as it was sent


def test_an_attribute_of_one_person_takes_nobodys_place(flooded: Site) -> None:
    before = set(Attribute.objects.values_list("key", flat=True))
    track(flooded, *(attributes(size=number) for number in range(5)))

    work()
    bring_attributes()

    assert set(Attribute.objects.values_list("key", flat=True)) == before


def test_an_attribute_that_somebody_marked_or_accepted_gives_way_to_nobody(flooded: Site) -> None:
    marked, accepted, _ = Attribute.objects.order_by("key")
    Attribute.objects.filter(pk=marked.pk).update(personal=True)
    Attribute.objects.filter(pk=accepted.pk).update(standing=Standing.ACCEPTED)
    for number in range(3):
        for browser in (BROWSER, OTHER_BROWSER):
            track(flooded, {**attributes(), "set": {f"honest_{number}": 1}}, browser=browser)

    for _ in range(3):
        work()
        bring_attributes()

    assert {marked.key, accepted.key} <= set(Attribute.objects.values_list("key", flat=True))


def test_a_message_finds_room_for_the_attribute_that_it_names_and_what_was_kept_of_it(flooded: Site) -> None:
    track(flooded, attributes(size="m"))
    factories.make_campaign(flooded, title="Size {{ subscriber.size }}")

    work()
    bring_attributes()

    assert Attribute.objects.get(key="size").standing == Standing.ACCEPTED
    assert Subscriber.objects.get(identities__value=BROWSER).attributes == {"size": "m"}


def test_a_site_that_takes_no_new_names_lets_none_change_places(flooded: Site) -> None:
    Site.objects.update(vocabulary_frozen=True)
    before = set(Attribute.objects.values_list("key", flat=True))
    for browser in (BROWSER, OTHER_BROWSER):
        track(flooded, attributes(size="m"), browser=browser)

    work()

    assert set(Attribute.objects.values_list("key", flat=True)) == before


def test_a_rule_finds_room_for_the_name_that_it_uses_and_what_was_kept_of_it(flooded: Site) -> None:
    track(flooded, event("purchase"))
    factories.make_segment(flooded, rule=rule_of({"type": "event", "event": "purchase"}))

    work()

    assert find(flooded, "purchase").standing == Standing.ACCEPTED
    assert find(flooded, "purchase").events.count() == 1


def test_a_backend_accepts_a_new_name_by_using_it(site: Site) -> None:
    track(site, event("purchase"), attributes(tier="gold"))
    assert find(site, "purchase").standing == Standing.NEW

    tell(site, event("purchase"), attributes(tier="gold"))

    assert find(site, "purchase").standing == Standing.ACCEPTED
    assert Attribute.objects.get(site=site, key="tier").standing == Standing.ACCEPTED


def test_a_site_that_takes_no_new_names_keeps_what_is_sent(site: Site) -> None:
    Site.objects.update(vocabulary_frozen=True)
    site.refresh_from_db()

    answer = send(site, event("purchase"), attributes(tier="gold"))
    drain_inbox(now=NOW)
    work()

    assert len(answer.warnings) == 2
    assert list_names(site) == set()
    assert Subscriber.objects.get().raw_values == {"tier": "gold"}
    assert vocabulary.list_unlisted(site, now=NOW) == [("purchase", 1)]

    vocabulary.accept_unlisted(site, "purchase")
    work()

    assert find(site, "purchase").events.count() == 1
    assert not EventSummary.objects.filter(event_type__name=UNLISTED).exists()


def test_merged_names_are_one_in_events_rules_and_whatever_comes(site: Site) -> None:
    track(site, event("buy", properties={"price": 1}), event("purchase"))
    segment = factories.make_segment(site, rule=rule_of({"type": "event", "event": "buy"}))

    vocabulary.merge_events(find(site, "buy"), find(site, "purchase"), now=NOW)
    work()
    track(site, event("buy"))

    assert find(site, "purchase").events.count() == 3
    assert EventSummary.objects.get().count == 3
    assert find(site, "purchase").properties == {"price": "number"}
    segment.refresh_from_db()
    assert segment.rule == rule_of({"type": "event", "event": "purchase"})
    assert segment.status == Segment.Status.BUILDING


def test_a_deleted_name_goes_with_its_events_and_what_uses_it_is_told_before(site: Site) -> None:
    track(site, event("noise"), event("purchase"))
    factories.make_segment(site, name="Noisy", rule=rule_of({"type": "event", "event": "noise"}))

    assert list(map(str, list_usages(site, Name("noise")))) == ["the segment “Noisy”"]
    vocabulary.delete_events([find(site, "noise")])
    work()

    assert list_names(site) == {"purchase"}
    assert Event.objects.count() == EventSummary.objects.count() == 1


def test_merged_attributes_are_one_in_people_rules_and_whatever_comes(site: Site) -> None:
    track(site, attributes(level="gold"))
    track(site, attributes(tier="silver"), browser=OTHER_BROWSER)
    segment = factories.make_segment(
        site, rule=rule_of({"type": "attribute", "key": "level", "operator": "equals", "value": "gold"})
    )
    level, tier = Attribute.objects.order_by("key")

    merge_attributes(level, tier, now=NOW)
    while move_attributes(clock=lambda: NOW):
        pass

    people = Subscriber.objects.order_by("pk")
    assert [person.attributes for person in people] == [{"tier": "gold"}, {"tier": "silver"}]
    segment.refresh_from_db()
    assert segment.rule is not None
    assert segment.rule["root"]["key"] == "tier"

    track(site, attributes(level="iron"), at=NOW + dt.timedelta(minutes=1))

    assert Subscriber.objects.get(pk=people[0].pk).attributes == {"tier": "iron"}


def test_a_deleted_attribute_goes_with_everybodys_values(site: Site) -> None:
    track(site, attributes(noise=1, tier="gold"))

    delete_attributes([Attribute.objects.get(key="noise")], now=NOW)
    while move_attributes(clock=lambda: NOW):
        pass

    assert Subscriber.objects.get().attributes == {"tier": "gold"}
    assert list(Attribute.objects.values_list("key", flat=True)) == ["tier"]


def test_a_flood_of_properties_leaves_room_for_what_the_backend_sends_and_staff_declare(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PROPERTIES_PER_EVENT_TYPE", 8)
    monkeypatch.setattr(declaring, "PROPERTIES_PER_EVENT_TYPE", 8)
    for start in (0, 50):
        track(site, event("purchase", properties={f"p{number}": 1 for number in range(start, start + 50)}))

    tell(site, event("purchase", properties={"price": 7}))
    declare_property(site, "purchase", "coupon", type_="text", description="")

    assert find(site, "purchase").properties["price"] == "number"
    assert "coupon" in find(site, "purchase").declared


def test_a_rule_that_is_written_with_a_merged_name_gets_the_other(site: Site) -> None:
    track(site, event("buy"), event("purchase"))
    vocabulary.merge_events(find(site, "buy"), find(site, "purchase"), now=NOW)

    segment = factories.make_segment(site, rule=rule_of({"type": "event", "event": "buy"}))
    work()

    segment.refresh_from_db()
    assert segment.rule == rule_of({"type": "event", "event": "purchase"})
