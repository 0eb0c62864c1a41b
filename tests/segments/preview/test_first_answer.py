"""The first answer: exact where that is quick, else estimated from the sample, and no guess of a few."""

from unittest.mock import patch

import pytest
from pytest_django import Settings

from segments.definitions import read_rule, select_ids, select_subscribers
from segments.preview import Preview, PreviewTooSlow, preview_rule
from segments.preview.counting import LARGE_SITE
from subscribers.models import Site
from tests.brokers import use_broken_broker
from tests.factories import EVERYONE, NOW, make_push_subscription, make_subscriber
from tests.segments.preview.crowds import delay, equip, make_crowd, slow_down_counting

GERMANS = {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}
PEOPLE = 24_000


def glance(site: Site, rule: dict[str, object] = GERMANS) -> Preview:
    return preview_rule(site, rule, as_of=NOW, exact=False)


@pytest.fixture
def slow_but_for_the_sample(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    slow_down_counting(monkeypatch, settings)


def test_it_is_exact_where_that_is_quick(site: Site, settings: Settings) -> None:
    settings.PREVIEW_QUICK_MS = 5_000
    make_push_subscription(make_subscriber(site, country="DE"))
    make_subscriber(site, country="FR")

    first = glance(site)

    assert (first.count, first.exact, first.margin, first.fewer_than) == (1, True, 0, None)
    assert (first.total, first.share, first.reachable) == (2, 0.5, 1)


@pytest.mark.usefixtures("slow_but_for_the_sample")
def test_it_is_an_estimate_with_its_margin_where_counting_takes_longer(site: Site) -> None:
    make_crowd(site, PEOPLE)
    reachable = equip(site, every=5)

    first = glance(site)

    assert first.exact is False
    assert first.count is not None
    assert first.reachable is not None
    assert abs(first.count - PEOPLE / 2) <= 2 * first.margin
    assert 0 < first.margin < 1_000
    assert first.share == first.count / first.total
    assert abs(first.reachable - reachable / 2) <= 0.15 * reachable


@pytest.mark.usefixtures("slow_but_for_the_sample")
def test_an_estimate_shows_people_of_the_sample_the_last_seen_first(site: Site) -> None:
    make_crowd(site, PEOPLE)
    everybody = read_rule(site, EVERYONE)
    in_sample = select_subscribers(site, everybody, as_of=NOW, sampled=True).values_list("pk", flat=True)

    shown = glance(site).sample

    assert len(shown) == 8
    assert {each.id for each in shown} <= set(in_sample)
    assert [each.last_seen_at for each in shown] == sorted(
        (each.last_seen_at for each in shown), reverse=True
    )


@pytest.mark.usefixtures("slow_but_for_the_sample")
def test_of_fewer_than_five_thousand_it_gives_no_figure(site: Site) -> None:
    make_crowd(site, 1_000)

    first = glance(site)

    assert (first.count, first.share, first.reachable, first.exact) == (None, None, None, False)
    assert first.fewer_than is not None
    assert 500 <= first.fewer_than <= 1_000
    assert first.warnings == []


@pytest.mark.usefixtures("slow_but_for_the_sample")
def test_the_exact_answer_that_follows_gives_the_figure(site: Site) -> None:
    make_crowd(site, 1_000)

    assert preview_rule(site, GERMANS, as_of=NOW, exact=True).count == 500


def test_where_even_the_sample_takes_too_long_it_is_stopped(site: Site, settings: Settings) -> None:
    settings.PREVIEW_TIMEOUT_MS = settings.PREVIEW_QUICK_MS = 30
    make_crowd(site, 100)

    with (
        patch(
            "segments.preview.answer.select_ids",
            side_effect=lambda *args, **named: delay(select_ids(*args, **named), seconds=1),
        ),
        pytest.raises(PreviewTooSlow),
    ):
        glance(site)


def test_a_large_site_is_not_measured_at_every_keystroke(site: Site) -> None:
    make_crowd(site, LARGE_SITE)
    assert glance(site, EVERYONE).total == LARGE_SITE

    make_crowd(site, 5)

    assert glance(site, EVERYONE).total == LARGE_SITE, "for some seconds"
    assert preview_rule(site, EVERYONE, as_of=NOW).total == LARGE_SITE + 5, "but not of the exact answer"
    assert glance(site, EVERYONE).total == LARGE_SITE + 5


def test_of_a_small_site_every_answer_is_up_to_date(site: Site) -> None:
    make_crowd(site, 3)
    assert glance(site).total == 3

    make_crowd(site, 2)

    assert glance(site).total == 5


def test_without_a_cache_a_large_site_is_measured_each_time(site: Site) -> None:
    make_crowd(site, LARGE_SITE)

    with use_broken_broker("refusing"):
        assert glance(site, EVERYONE).total == LARGE_SITE
