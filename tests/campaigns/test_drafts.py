"""Drafts: their further versions, and copies of campaigns."""

import datetime as dt

import pytest

from campaigns.contents import NOT_COPIED
from campaigns.drafts import duplicate_campaign, set_variants
from campaigns.models import Campaign, Variant
from subscribers.models import Site
from tests.factories import NOW, make_campaign, make_segment, make_user

EVERYTHING = {
    "title": "Hi", "body": "There", "icon_url": "https://a.example/i.png", "image_url": "https://a.example/w.png",
    "link_url": "/sale", "actions": [{"title": "Go", "link": ""}], "weight": 3,
    "audience_at": "delivery", "schedule": "recurring", "send_at": NOW, "local_date": dt.date(2027, 1, 1),
    "local_time": dt.time(9), "late_policy": "skip", "late_limit_minutes": 30, "ttl": dt.timedelta(hours=2),
    "urgency": "high", "topic": "sale", "devices": "all", "repeats": "monthly", "weekdays": [1, 2], "month_day": 3,
    "repeat_until": dt.date(2027, 12, 1), "priority": 30, "cap_by": "own", "cap_limit": 2,
    "cap_window": dt.timedelta(days=2), "counts_towards_caps": False, "quiet_hours": "ignore", "holdout_percent": 10,
    "throttle_per_minute": 60, "winner_by": "clicks", "test_percent": 30, "test_duration": dt.timedelta(hours=1),
    "test_sample": 100, "undecided": "ask", "test_ahead": True, "goal": {"type": "event", "event": "purchase"},
    "click_window": dt.timedelta(days=7), "view_window": None, "revenue_property": "price",
    "counts_every_conversion": True,
}  # fmt: skip


@pytest.mark.django_db
def test_a_copy_has_all_that_was_decided(site: Site) -> None:
    campaign = make_campaign(site, name="Sale", **EVERYTHING)

    copy = duplicate_campaign(campaign, created_by=None)

    copy.refresh_from_db()
    of_another_schedule: dict[str, object] = {
        "send_at": None,
        "late_limit_minutes": 60,
        "weekdays": [],
        "test_ahead": False,
    }
    assert {name: getattr(copy, name) for name in EVERYTHING} == EVERYTHING | of_another_schedule


def test_every_decision_is_copied_and_nothing_else() -> None:
    fields = {field.name for field in Campaign._meta.concrete_fields}

    assert fields == set(EVERYTHING) | {"site"} | NOT_COPIED


@pytest.mark.django_db
def test_a_copy_has_nothing_of_what_came_of_the_first(site: Site) -> None:
    campaign = make_campaign(
        site, name="Sale", status="finished", status_reason="Why", winner="B", winner_note="By far",
        winner_chosen_at=NOW, launched_at=NOW, finished_at=NOW, paced_until=NOW,
    )  # fmt: skip

    copy = duplicate_campaign(campaign, created_by=make_user(username="mona"))

    assert (copy.name, copy.status, copy.status_reason, str(copy.created_by)) == (
        "Sale (copy)",
        "draft",
        "",
        "mona",
    )
    assert (copy.winner, copy.winner_note, copy.winner_chosen_at) == ("", "", None)
    assert (copy.launched_at, copy.finished_at, copy.paced_until) == (None, None, None)


@pytest.mark.django_db
def test_a_copy_has_versions_and_segments_of_its_own(site: Site) -> None:
    campaign = make_campaign(site)
    set_variants(campaign, [Variant(title="Second", weight=2), Variant(title="Third")])
    segment = make_segment(site)
    campaign.include_segments.add(segment)

    copy = duplicate_campaign(campaign, created_by=None)

    assert list(copy.include_segments.all()) == [segment]
    titles = copy.variants.order_by("letter").values_list("letter", "title", "weight")
    assert list(titles) == [("B", "Second", 2), ("C", "Third", 1)]
    assert campaign.variants.count() == 2


@pytest.mark.django_db
def test_a_long_name_makes_room_for_the_word_copy(site: Site) -> None:
    copy = duplicate_campaign(make_campaign(site, name="x" * 128), created_by=None)

    assert len(copy.name) == 128
    assert copy.name.endswith("x (copy)")


@pytest.mark.django_db
def test_versions_take_the_place_of_those_there_were(site: Site) -> None:
    campaign = make_campaign(site)
    set_variants(campaign, [Variant(title="Second"), Variant(title="Third")])

    set_variants(campaign, [Variant(title="Only")])

    assert list(campaign.variants.values_list("letter", "title")) == [("B", "Only")]


@pytest.mark.django_db
def test_more_versions_than_letters_are_refused(site: Site) -> None:
    campaign = make_campaign(site)

    with pytest.raises(ValueError, match="at most 7"):
        set_variants(campaign, [Variant(title="Another")] * 8)
