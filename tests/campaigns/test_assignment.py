"""Versions are drawn by weight and by lot, always the same for one person, and unrelated to every other lot."""

import uuid
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.assignment import Version, draw_version, is_tested, is_under_test, list_versions
from campaigns.models import Campaign, Variant
from segments.rules.shares import BUCKETS, find_bucket
from subscribers.models import Site
from tests import factories
from tests.factories import NOW

PEOPLE = [str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number))) for number in range(8000)]
UUIDS = st.uuids().map(str)
WEIGHTS = st.lists(st.integers(1, 100), min_size=1, max_size=8)


def make_versions(*weights: int) -> list[Version]:
    return [Version(letter, weight, Variant()) for letter, weight in zip("ABCDEFGH", weights, strict=False)]


@given(weights=WEIGHTS, campaign=st.integers(1), person=UUIDS)
def test_one_of_the_versions_is_drawn_and_each_time_the_same(
    weights: list[int], campaign: int, person: str
) -> None:
    versions = make_versions(*weights)
    drawn = draw_version(versions, campaign, person)
    assert drawn in {version.letter for version in versions}
    assert drawn == draw_version(versions, campaign, person)


@given(weights=WEIGHTS, factor=st.integers(1, 12), person=UUIDS)
def test_only_the_proportion_of_the_weights_counts(weights: list[int], factor: int, person: str) -> None:
    multiplied = [weight * factor for weight in weights]
    assert draw_version(make_versions(*weights), 1, person) == draw_version(
        make_versions(*multiplied), 1, person
    )


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (1, 2, 5), (1, 1, 1, 1, 1, 1, 1, 1)])
def test_each_version_gets_its_share(weights: tuple[int, ...]) -> None:
    drawn = Counter(draw_version(make_versions(*weights), 7, person) for person in PEOPLE)
    for version in make_versions(*weights):
        assert drawn[version.letter] / len(PEOPLE) == pytest.approx(version.weight / sum(weights), abs=0.02)


def test_a_version_without_a_weight_is_refused_rather_than_drawn() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        draw_version(make_versions(0, 0), 1, PEOPLE[0])


@pytest.mark.parametrize("salt", ["holdout:7", "control-group:1", "test:7"])
def test_whoever_is_held_out_or_tested_says_nothing_of_the_version(salt: str) -> None:
    first_tenth = [person for person in PEOPLE if find_bucket(salt, person) < BUCKETS // 10]
    drawn = Counter(draw_version(make_versions(1, 1), 7, person) for person in first_tenth)
    assert drawn["A"] / len(first_tenth) == pytest.approx(0.5, abs=0.07)


def test_two_campaigns_draw_independently() -> None:
    versions = make_versions(1, 1)
    same = sum(draw_version(versions, 1, person) == draw_version(versions, 2, person) for person in PEOPLE)
    assert same / len(PEOPLE) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("percent", [1, 20, 50, 100])
def test_so_many_per_cent_are_tested(percent: int) -> None:
    campaign = Campaign(pk=7, winner_by=Campaign.WinnerBy.CLICKS, test_percent=percent)
    tested = sum(is_tested(campaign, person) for person in PEOPLE)
    assert 100 * tested / len(PEOPLE) == pytest.approx(percent, abs=1.5)


@given(person=UUIDS, percent=st.integers(1, 99))
def test_a_larger_test_keeps_everybody_of_the_smaller_one(person: str, percent: int) -> None:
    smaller = Campaign(pk=7, winner_by=Campaign.WinnerBy.HAND, test_percent=percent)
    larger = Campaign(pk=7, winner_by=Campaign.WinnerBy.HAND, test_percent=percent + 1)
    assert is_tested(larger, person) or not is_tested(smaller, person)


def test_without_a_winner_to_find_everybody_is_tested() -> None:
    assert all(is_tested(Campaign(pk=7, test_percent=1), person) for person in PEOPLE[:100])


def test_only_several_versions_whose_winner_is_open_are_under_test() -> None:
    clicks = Campaign.WinnerBy.CLICKS
    assert is_under_test(Campaign(winner_by=clicks), make_versions(1, 1))
    assert not is_under_test(Campaign(winner_by=clicks), make_versions(1))
    assert not is_under_test(Campaign(), make_versions(1, 1))
    assert not is_under_test(Campaign(winner_by=clicks, winner_chosen_at=NOW), make_versions(1, 1))


def test_the_campaigns_own_message_is_version_a_and_its_variants_follow(site: Site) -> None:
    campaign = factories.make_campaign(site, weight=3)
    for letter in "CB":
        Variant.objects.create(campaign=campaign, letter=letter, title=f"Title {letter}", weight=2)
    versions = list_versions(campaign)
    assert [(version.letter, version.weight) for version in versions] == [("A", 3), ("B", 2), ("C", 2)]
    assert [version.message.title for version in versions] == [campaign.title, "Title B", "Title C"]


def test_a_campaign_that_is_not_saved_yet_has_its_own_message() -> None:
    assert [version.letter for version in list_versions(Campaign(title="New"))] == ["A"]
