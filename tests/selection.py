"""Which tests run when: the slow ones with `make test-all`, the fast and the changed ones with `make check`.

Slow are, besides what is marked so, tests that start whole installations and kill their workers; and, of a test with a
browser that has several cases, all but one, which the run draws. Fast are those that need no database, no browser and
no random cases. Of the others without a browser `--fast` keeps those whose file, or whose part of the code, was changed
since the branch left main.
"""

import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePath

import pytest

from tests.chance import draw_chance

ROOT = Path(__file__).parents[1]
SLOW_FOLDERS = ("tests/acceptance", "tests/faults")
SLOW_MARKS = ("slow", "browser", "law")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "_django_db_helper"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="only tests that are fast, or of what was changed")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    if any(item.path.is_relative_to(ROOT / folder) for folder in SLOW_FOLDERS):
        item.add_marker("slow")


class Cases:
    """A plugin of its own, so that it can mark before anything selects by marks."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        mark_cases(items)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Cases())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fast"):
        return
    changed = find_changed()
    kept = [
        item for item in items if is_fast(item) or (is_near(item, changed) and not has_mark(item, "slow"))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def mark_cases(items: Iterable[pytest.Item]) -> None:
    """Of each test with a browser one case is asked every time, another in each run; the others are slow."""
    tests = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        if has_mark(item, "browser") and not has_mark(item, "slow"):
            tests[item.nodeid.partition("[")[0]].append(item)
    for name, cases in tests.items():
        drawn = draw_chance(name).choice(cases)
        for item in cases if len(cases) > 1 else ():
            item.add_marker("case")
            if item is not drawn:
                item.add_marker("slow")


def is_fast(item: pytest.Item) -> bool:
    needs_database = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())) or has_mark(item, "django_db")
    return not needs_database and not any(has_mark(item, name) for name in SLOW_MARKS)


def is_long(item: pytest.Item) -> bool:
    """Not for every commit, even where it was changed."""
    return has_mark(item, "slow") or has_mark(item, "browser")


def has_mark(item: pytest.Item, name: str) -> bool:
    return item.get_closest_marker(name) is not None


def is_near(item: pytest.Item, changed: set[PurePath]) -> bool:
    """Whether the test's file was changed, or the module or folder of which it bears the name."""
    here = item.path.relative_to(ROOT)
    return here in changed or bool(list_subjects(here) & {path.with_suffix("") for path in changed})


def list_subjects(test: PurePath) -> set[PurePath]:
    """`tests/campaigns/planning/test_rounds.py` is about campaigns/planning/rounds, and campaigns/planning."""
    folder = PurePath(*test.parts[1:-1])
    return {folder / test.stem.removeprefix("test_"), folder} - {PurePath(), PurePath(test.parts[1])}


def find_changed() -> set[PurePath]:
    """What differs from where the branch left main (on main: from the last commit), and what is not committed yet."""
    main = next(
        (name for name in ("origin/main", "main") if _git("rev-parse", "--verify", "-q", name)), "HEAD"
    )
    base = _git("merge-base", "HEAD", main)
    if base == _git("rev-parse", "HEAD"):
        base = ["HEAD~1"] if _git("rev-parse", "--verify", "-q", "HEAD~1") else base
    names = [*_git("diff", "--name-only", *base), *_git("ls-files", "--others", "--exclude-standard")]
    return {PurePath(name) for name in names}


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []
