"""The fixed sample that quick estimates look at."""

import pytest

from segments.definitions import read_rule, select_subscribers
from tests import factories
from tests.factories import NOW

EVERYONE = {"version": 1, "root": {"type": "group", "match": "all", "conditions": []}}


@pytest.mark.django_db
def test_about_a_tenth_of_the_people_are_in_the_sample_and_always_the_same() -> None:
    site = factories.make_site()
    for _ in range(500):
        factories.make_subscriber(site)
    rule = read_rule(site, EVERYONE)

    first, second = (set(select_subscribers(site, rule, as_of=NOW, sampled=True)) for _ in range(2))

    assert 20 <= len(first) <= 90
    assert first == second
