"""Random cases differ from run to run, wherever it runs, and come again on request."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chance import SEED, draw_chance

LAW = """
from hypothesis import given, settings, strategies as st
from tests.chance import draw_chance

@settings(max_examples=5)
@given(st.integers(0, 10**9))
def test_law(number):
    print("drawn", number)

def test_dice():
    print("drawn", draw_chance("dice").random())
"""


def run_law(tmp_path: Path, **environment: str) -> tuple[list[str], str]:
    """What the cases of two tests were, and all that was printed."""
    test = tmp_path / "test_law.py"
    test.write_text(LAW)
    command = ["-m", "pytest", "-s", "-q", "-c", os.devnull, "-p", "tests.chance", "-p", "no:django"]
    surroundings = {key: value for key, value in os.environ.items() if key != "TEST_SEED"} | environment
    done = subprocess.run(
        [sys.executable, *command, "-o", "markers=law", "--rootdir", str(tmp_path), str(test)],
        check=False, capture_output=True, text=True, cwd=Path(__file__).parents[1], env=surroundings,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    drawn = [line for line in done.stdout.splitlines() if "drawn" in line]
    return drawn, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", [{}, {"CI": "true"}])
def test_every_run_draws_other_cases_in_ci_too(tmp_path: Path, surroundings: dict[str, str]) -> None:
    first, second = (run_law(tmp_path, **surroundings)[0] for _ in range(2))

    assert set(first[1:5]).isdisjoint(second[1:5])
    assert first[-1] != second[-1]


@pytest.mark.slow
def test_the_seed_is_told_and_draws_the_same_again(tmp_path: Path) -> None:
    drawn, told = run_law(tmp_path)
    seed = told.rpartition("TEST_SEED=")[2].split()[0]

    assert run_law(tmp_path, TEST_SEED=seed)[0] == drawn


@pytest.mark.slow
def test_a_law_is_asked_as_many_times_its_cases_as_wished(tmp_path: Path) -> None:
    assert len(run_law(tmp_path, CASES_FACTOR="20")[0]) == 20 * 5 + 1


def test_the_dice_of_two_tests_fall_independently() -> None:
    assert draw_chance("one").random() != draw_chance("other").random()
    assert draw_chance("one").random() == draw_chance("one").random()
    assert int(os.environ["TEST_SEED"]) == SEED


def test_what_hypothesis_asks_is_not_multiplied_twice() -> None:
    """A collected law's `@settings` says its everyday number; tests.chance multiplies it."""
    twice = [
        f"{path.name}::{law.name}"
        for path in Path(__file__).parent.rglob("test_*.py")
        for law in ast.parse(path.read_text()).body
        if isinstance(law, ast.FunctionDef)
        for decorator in law.decorator_list
        if "count_cases" in ast.unparse(decorator) and "settings(" in ast.unparse(decorator)
    ]

    assert twice == []
