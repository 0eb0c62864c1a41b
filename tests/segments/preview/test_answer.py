"""The preview: who would be in a segment, asked while its rule is being written, and nothing written."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from segments.definitions import select_ids
from segments.models import Membership, MembershipChange, Segment
from segments.preview import PreviewTooSlow, preview_rule
from segments.rules import RuleError
from subscribers.models import Site, Subscriber
from tests.factories import (
    EVERYONE,
    NOW,
    make_attribute,
    make_push_subscription,
    make_site,
    make_subscriber,
)
from tests.segments.preview.crowds import delay
from tracking.models import LogStart

JSON = dict[str, Any]
GOLD: JSON = {
    "version": 1,
    "root": {"type": "attribute", "key": "tier", "operator": "equals", "value": "gold"},
}


def make_people(site: Site, *, gold: int, others: int) -> list[Subscriber]:
    make_attribute(site, "tier")
    made = [make_subscriber(site, attributes={"tier": "gold"}) for _ in range(gold)]
    for _ in range(others):
        make_subscriber(site)
    return made


def test_a_preview_counts_members_and_their_share_of_all(site: Site) -> None:
    make_people(site, gold=1, others=3)

    preview = preview_rule(site, GOLD, as_of=NOW)

    assert (preview.count, preview.total, preview.share) == (1, 4, 0.25)
    assert (preview.exact, preview.margin) == (True, 0)


def test_reachable_are_members_with_an_active_device_counted_once(site: Site) -> None:
    phone, gone, _ = make_people(site, gold=3, others=1)
    make_push_subscription(phone)
    make_push_subscription(phone)
    make_push_subscription(gone, ended_at=NOW, end_reason="gone")

    preview = preview_rule(site, GOLD, as_of=NOW)

    assert (preview.count, preview.reachable) == (3, 1)


def test_a_preview_says_the_rule_in_english(site: Site) -> None:
    assert preview_rule(site, GOLD, as_of=NOW).sentence == "Subscribers whose tier equals “gold”."


def test_the_sample_shows_those_seen_last(site: Site) -> None:
    for days in range(12):
        make_subscriber(site, external_id=f"u-{days}", last_seen_at=NOW - dt.timedelta(days=days))

    sample = preview_rule(site, EVERYONE, as_of=NOW).sample

    assert [each.label for each in sample] == [f"u-{days}" for days in range(8)]


def test_shells_and_other_sites_are_in_neither_count_nor_total(site: Site) -> None:
    (person,) = make_people(site, gold=1, others=0)
    make_subscriber(site, merged_into=person, attributes={"tier": "gold"})
    make_subscriber(make_site(), attributes={"tier": "gold"})

    preview = preview_rule(site, GOLD, as_of=NOW)

    assert (preview.count, preview.total, len(preview.sample)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("gold", "others", "advice"),
    [
        pytest.param(0, 3, "Nobody is in this segment", id="nobody"),
        pytest.param(1, 20, "less than 5 %", id="below-a-twentieth"),
        pytest.param(1, 19, None, id="a-twentieth"),
        pytest.param(1, 1, None, id="half"),
        pytest.param(2, 1, "more than half", id="above-half"),
    ],
)
def test_advice_comes_below_a_twentieth_and_above_half(
    site: Site, gold: int, others: int, advice: str | None
) -> None:
    for person in make_people(site, gold=gold, others=others):
        make_push_subscription(person)

    warnings = preview_rule(site, GOLD, as_of=NOW).warnings

    assert [advice in warning for warning in warnings[:1] if advice] == ([True] if advice else [])
    assert bool(warnings) == bool(advice)


def test_it_says_so_when_nobody_can_be_reached(site: Site) -> None:
    make_people(site, gold=1, others=2)

    assert preview_rule(site, GOLD, as_of=NOW).warnings == ["Nobody of them can be reached by push."]


def test_what_looks_wrong_with_the_rule_is_said_after_what_its_size_says(site: Site) -> None:
    make_people(site, gold=1, others=1)
    silver = {**GOLD["root"], "value": "silver"}
    both = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [GOLD["root"], silver]}}

    assert preview_rule(site, both, as_of=NOW).warnings == [
        "Nobody is in this segment right now.",
        "Nobody fits this: whose tier equals “gold” and whose tier equals “silver”.",
    ]


def test_an_event_that_the_site_has_never_seen_is_named(site: Site) -> None:
    did = {"version": 1, "root": {"type": "event", "event": "purchsae"}}

    assert preview_rule(site, did, as_of=NOW).warnings[1:] == [
        "This site has not seen the event “purchsae” yet. Check how it is written, or wait until it comes."
    ]


def test_remarks_on_the_rule_do_not_crowd_the_page(site: Site) -> None:
    events = [{"type": "event", "event": f"never {number}"} for number in range(50)]
    rule = {"version": 1, "root": {"type": "group", "match": "any", "conditions": events}}

    assert len(preview_rule(site, rule, as_of=NOW).warnings) == 11


def test_a_site_without_subscribers_has_a_preview_too(site: Site) -> None:
    preview = preview_rule(site, EVERYONE, as_of=NOW)

    assert (preview.count, preview.total, preview.share) == (0, 0, 0.0)


def test_a_preview_looks_from_the_instant_it_is_given(site: Site) -> None:
    make_subscriber(site, last_seen_at=NOW - dt.timedelta(hours=1))
    seen: JSON = {
        "version": 1,
        "root": {
            "type": "profile",
            "field": "last_seen_at",
            "operator": "within_last",
            "value": {"hours": 2},
        },
    }

    assert preview_rule(site, seen, as_of=NOW).count == 1
    assert preview_rule(site, seen, as_of=NOW + dt.timedelta(hours=1)).count == 0


def test_a_preview_writes_nothing(site: Site) -> None:
    make_people(site, gold=1, others=1)

    preview_rule(site, GOLD, as_of=NOW)

    assert not any(model.objects.exists() for model in (Segment, Membership, MembershipChange))


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="no-rule"),
        pytest.param({"version": 1, "root": {"type": "segment", "segment": 2**63 - 1}}, id="no-such-segment"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused(site: Site, document: JSON) -> None:
    with pytest.raises(RuleError):
        preview_rule(site, document, as_of=NOW)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_an_instant_at_the_ends_of_time_is_refused(site: Site, year: int) -> None:
    with pytest.raises(RuleError, match="between the years 1900 and 2200"):
        preview_rule(site, EVERYONE, as_of=dt.datetime(year, 6, 1, tzinfo=dt.UTC))


def test_an_instant_of_which_events_are_no_longer_kept_is_refused(site: Site) -> None:
    LogStart.objects.create(begins_at=NOW)

    assert preview_rule(site, EVERYONE, as_of=NOW).count == 0
    with pytest.raises(RuleError, match="Ask for 21 Nov 2026, 12:00 UTC or a later moment"):
        preview_rule(site, EVERYONE, as_of=NOW - dt.timedelta(microseconds=1))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A limit of 20 ms and people who take a second to select."""
    settings.PREVIEW_TIMEOUT_MS = 20
    monkeypatch.setattr(
        "segments.preview.answer.select_ids",
        lambda *args, **named: delay(select_ids(*args, **named), seconds=1),
    )


@pytest.mark.usefixtures("slow")
def test_counting_past_the_time_limit_is_stopped_and_said(site: Site) -> None:
    make_subscriber(site)

    with pytest.raises(PreviewTooSlow, match=r"longer than 0\.02 seconds and was stopped"):
        preview_rule(site, EVERYONE, as_of=NOW)


@pytest.mark.usefixtures("slow")
def test_after_a_stopped_preview_the_connection_works_without_a_limit(site: Site) -> None:
    make_subscriber(site)
    with pytest.raises(PreviewTooSlow):
        preview_rule(site, EVERYONE, as_of=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_the_number_of_queries_does_not_grow_with_the_people(
    site: Site, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_people(site, gold=12, others=12)

    with django_assert_max_num_queries(27):
        preview_rule(site, GOLD, as_of=NOW)


def test_a_remark_names_the_condition_it_is_about(site: Site) -> None:
    silver = {**GOLD["root"], "value": "silver"}
    both = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [GOLD["root"], silver]}}

    make_people(site, gold=1, others=1)

    [remark] = preview_rule(site, both, as_of=NOW).remarks

    assert remark.path == "root.conditions[1]"
