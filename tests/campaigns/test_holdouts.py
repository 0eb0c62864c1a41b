"""Who is held out: by lot, for good, and each lot for itself."""

import random
import uuid
from collections import Counter

from campaigns.assignment import Version, draw_version
from campaigns.holdouts import is_control, is_held_out, read_control_percent
from campaigns.models import Campaign, SendingPolicy
from subscribers.models import Site

_random = random.Random(5)
PEOPLE = [str(uuid.UUID(int=_random.getrandbits(128))) for _ in range(20_000)]
CRITICAL = 10.83  # of chi-square with one degree of freedom, at one in a thousand


def measure_dependence(first: list[bool], second: list[bool]) -> float:
    """Chi-square of the two by two table: how often they fall together, against how often they would by chance."""
    table, total = Counter(zip(first, second, strict=True)), len(first)
    statistic = 0.0
    for (one, other), observed in table.items():
        expected = first.count(one) * second.count(other) / total
        statistic += (observed - expected) ** 2 / expected
    return statistic


def draw(campaign: Campaign) -> list[bool]:
    return [is_held_out(campaign, person) for person in PEOPLE]


def test_so_many_in_a_hundred_are_held_out() -> None:
    held_out = sum(draw(Campaign(pk=7, holdout_percent=10)))
    assert abs(held_out - 2000) < 4 * (20_000 * 0.1 * 0.9) ** 0.5


def test_nobody_is_held_out_unless_somebody_says_so() -> None:
    assert not any(draw(Campaign(pk=7)))
    assert not any(is_control(1, 0, person) for person in PEOPLE)


def test_the_same_people_are_held_out_each_time() -> None:
    campaign = Campaign(pk=7, holdout_percent=10)
    assert draw(campaign) == draw(campaign)


def test_a_larger_share_keeps_all_who_were_in_the_smaller_one() -> None:
    smaller, larger = (Campaign(pk=7, holdout_percent=percent) for percent in (5, 20))
    assert all(after for before, after in zip(draw(smaller), draw(larger), strict=True) if before)


def test_holdouts_of_two_campaigns_say_nothing_about_each_other() -> None:
    first, second = (draw(Campaign(pk=pk, holdout_percent=20)) for pk in (7, 8))
    assert measure_dependence(first, second) < CRITICAL


def test_a_holdout_says_nothing_about_the_control_group_nor_does_that_of_another_site() -> None:
    held_out = draw(Campaign(pk=1, holdout_percent=20))
    control, elsewhere = ([is_control(site, 20, person) for person in PEOPLE] for site in (1, 2))
    assert measure_dependence(held_out, control) < CRITICAL
    assert measure_dependence(control, elsewhere) < CRITICAL


def test_the_measure_of_dependence_sees_what_is_not_independent() -> None:
    smaller, larger = (draw(Campaign(pk=7, holdout_percent=percent)) for percent in (18, 20))
    assert measure_dependence(smaller, larger) > CRITICAL


def test_the_control_group_is_as_large_as_the_policy_says(site: Site) -> None:
    assert read_control_percent(site.pk) == 0
    SendingPolicy.objects.create(site=site, holdout_percent=7)
    assert read_control_percent(site.pk) == 7


def test_being_held_out_says_nothing_about_the_version_that_would_have_been_drawn() -> None:
    campaign = Campaign(pk=7, holdout_percent=20)
    versions = [Version(letter, 1, campaign) for letter in "AB"]
    is_a = [draw_version(versions, 7, person) == "A" for person in PEOPLE]
    assert measure_dependence(draw(campaign), is_a) < CRITICAL
