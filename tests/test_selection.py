"""`make check` runs the tests of what was changed."""

from pathlib import PurePath

import pytest

from tests.selection import is_fast, is_near, list_subjects, mark_cases

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


@pytest.mark.parametrize("case", range(4))
def test_a_test_without_a_browser_is_asked_every_case_each_time(
    request: pytest.FixtureRequest, case: int
) -> None:
    assert not {mark.name for mark in request.node.iter_markers()} & {"case", "slow"}


def test_of_the_cases_of_a_test_with_a_browser_one_is_drawn_and_the_slow_half_asks_all(
    request: pytest.FixtureRequest,
) -> None:
    cases = [make_browser_test(request, f"test_x[{number}]") for number in range(4)]
    alone = make_browser_test(request, "test_y")
    mark_cases([*cases, alone])

    assert sorted(list_marks(case) for case in cases) == [["case"], *[["case", "slow"]] * 3]
    assert list_marks(alone) == []


def make_browser_test(request: pytest.FixtureRequest, name: str) -> pytest.Item:
    item = pytest.Function.from_parent(request.node.parent, name=name, callobj=list_marks)
    item.add_marker("browser")
    return item


def list_marks(item: pytest.Item) -> list[str]:
    return sorted(mark.name for mark in item.own_markers if mark.name in ("case", "slow"))
