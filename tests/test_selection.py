"""`make check` runs the tests of what was changed."""

from pathlib import PurePath

import pytest

from tests.selection import is_fast, is_near, list_subjects

HERE = PurePath("tests/test_selection.py")


@pytest.mark.parametrize(
    ("test", "subjects"),
    [
        ("tests/campaigns/planning/test_rounds.py", {"campaigns/planning/rounds", "campaigns/planning"}),
        ("tests/subscribers/test_profiles.py", {"subscribers/profiles"}),
        ("tests/test_migrations.py", {"migrations"}),
    ],
)
def test_a_test_is_about_what_it_is_named_after(test: str, subjects: set[str]) -> None:
    assert list_subjects(PurePath(test)) == {PurePath(subject) for subject in subjects}


def test_this_test_is_fast_and_near_its_own_file(request: pytest.FixtureRequest) -> None:
    assert is_fast(request.node)
    assert is_near(request.node, {HERE})
    assert not is_near(request.node, {PurePath("tests/test_chance.py")})


@pytest.mark.django_db
def test_what_needs_a_database_is_not_fast(request: pytest.FixtureRequest) -> None:
    assert not is_fast(request.node)
