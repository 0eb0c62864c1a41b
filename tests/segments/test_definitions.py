"""A segment's rule among what its site knows."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from segments.definitions import (
    describe_document,
    describe_segment,
    list_campaigns,
    read_dependencies,
    read_knowledge,
    read_names,
    read_rule,
    select_subscribers,
)
from segments.rules import Names, RuleError
from segments.rules.operators import Family
from subscribers.models import Site
from tests.factories import (
    EVERYONE,
    NOW,
    make_attribute,
    make_campaign,
    make_event,
    make_segment,
    make_site,
    make_subscriber,
)
from tests.segments.rules.documents import attribute, rule
from tracking.models import MessageCampaign


def nested(segment: int) -> Any:
    return rule({"type": "segment", "segment": segment})


def test_attributes_are_known_by_the_type_of_their_definition(site: Site) -> None:
    make_attribute(site, "ltv", "number")
    make_attribute(make_site(), "elsewhere")

    assert read_knowledge(site).attributes == {"ltv": Family.NUMBER}


def test_a_segment_of_another_site_does_not_exist_here(site: Site) -> None:
    foreign = make_segment(make_site())

    with pytest.raises(RuleError, match="does not exist"):
        read_rule(site, nested(foreign.pk))


def test_a_segment_cannot_be_saved_as_built_on_itself(site: Site) -> None:
    bottom = make_segment(site)
    top = make_segment(site, nested(bottom.pk))

    with pytest.raises(RuleError, match="a circle"):
        read_rule(site, nested(top.pk), segment=bottom)


def test_a_segment_whose_rule_cannot_be_read_depends_on_nothing(site: Site) -> None:
    broken = make_segment(site, {"version": 9})

    assert read_dependencies(site) == {broken.pk: frozenset()}


def test_an_event_the_site_has_never_seen_selects_nobody(site: Site) -> None:
    make_subscriber(site)

    members = select_subscribers(site, read_rule(site, rule({"type": "event", "event": "nova"})), as_of=NOW)

    assert not members.exists()


def test_today_is_the_site_s_today(db: None) -> None:
    kiritimati = make_site(
        timezone="Pacific/Kiritimati"
    )  # 02:00 on the 22nd when it is noon of the 21st in UTC
    make_event(make_subscriber(kiritimati), "purchase", NOW.replace(hour=9))
    today = rule({"type": "event", "event": "purchase", "within": {"calendar": "today"}})

    assert not select_subscribers(kiritimati, read_rule(kiritimati, today), as_of=NOW).exists()


def test_campaigns_are_named_by_the_messages_they_sent(site: Site) -> None:
    make_campaign(site, name="Never sent")
    MessageCampaign.objects.create(site=site, campaign=3, name="Spring sale")
    MessageCampaign.objects.create(site=make_site(), campaign=4, name="Elsewhere")

    assert list_campaigns(site) == [(3, "Spring sale")]


def test_naming_campaigns_never_reads_the_log(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2) as queries:
        read_names(site)

    assert not any("tracking_event" in query["sql"] for query in queries)


def test_names_are_the_site_s_own(site: Site) -> None:
    segment = make_segment(site, name="Big spenders")
    make_segment(make_site(), name="Elsewhere")

    assert read_names(site) == Names({segment.pk: "Big spenders"}, {})


def test_a_segment_is_said_with_the_names_of_those_it_is_built_on(site: Site) -> None:
    bottom = make_segment(site, name="Big spenders")

    assert describe_segment(make_segment(site, nested(bottom.pk))) == (
        "Subscribers who are in the segment “Big spenders”."
    )


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        pytest.param(EVERYONE, "Every subscriber.", id="fine"),
        pytest.param(
            rule(attribute("k", "equals")),
            "This rule cannot be read: “equals” needs one text in “value” or one number in “value”.",
            id="broken",
        ),
        pytest.param(None, "This rule cannot be read: This must be an object.", id="nothing"),
    ],
)
def test_a_document_is_said_or_what_is_wrong_with_it(document: Any, sentence: str) -> None:
    assert describe_document(document, Names()) == sentence
