"""Chance in tests: drawn anew in each run, told, and drawn again on request.

TEST_SEED=n repeats a run's random cases; CASES_FACTOR=20 asks every random law twenty times as many.

A plugin (`-p tests.chance`), since the processes of one run must all draw the same: they inherit the seed.
"""

import os
import secrets
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

SEED = int(os.environ.get("TEST_SEED") or secrets.randbelow(10**9))
CASES_FACTOR = float(os.environ.get("CASES_FACTOR") or 1)
os.environ["TEST_SEED"] = str(SEED)

# Explicit in all that hypothesis would settle by where it runs: in CI its own profile draws the same cases for ever.
# How long one takes says more about the machine than about the test.
settings.register_profile(
    "carillon",
    parent=settings.get_profile("default"),
    derandomize=False,
    print_blob=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("carillon")


def draw_chance(name: str) -> Random:
    """Dice for one test, named after it: others in the same run fall otherwise."""
    return Random(f"{SEED} {name}")


def count_cases(usual: int) -> int:
    """How many cases a random law is asked, of which `usual` are for every day."""
    return max(1, round(usual * CASES_FACTOR))


def draw_numbers(usual: int) -> range:
    """Seeds for simulations, each a case of its own: TEST_SEED=n begins with n, which repeats that one."""
    return range(SEED, SEED + count_cases(usual))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = SEED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What hypothesis asks is a law; each is asked as many cases as its kind has in this run."""
    seen = set[int]()
    for item in items:
        test = getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))
        if not hasattr(test, "hypothesis"):
            continue
        item.add_marker("law")
        if id(test) not in seen:
            scale_cases(test)
            seen.add(id(test))


def scale_cases(test: Any) -> None:
    """`@settings` says how many are asked every day (hypothesis has no public way to change that)."""
    own = test._hypothesis_internal_use_settings
    test._hypothesis_internal_use_settings = settings(own, max_examples=count_cases(own.max_examples))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"Random cases: TEST_SEED={SEED} draws the same again.")
