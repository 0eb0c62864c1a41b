"""Each case of a law that writes rows is undone: no case goes through what those before it have left.

Without it a law with many cases takes ever longer for each, as nothing is cleaned up within the one transaction of a test.
"""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

Case = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        law = getattr(getattr(item, "obj", None), "hypothesis", None)
        if law is not None and in_one_transaction(item) and not hasattr(law.inner_test, "is_undone"):
            law.inner_test = undo(law.inner_test)


def in_one_transaction(item: pytest.Item) -> bool:
    """Whether the whole test is one transaction, of which a case can be a part."""
    marker = item.get_closest_marker("django_db")
    fixtures: list[str] = getattr(item, "fixturenames", [])
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in fixtures:
        return False
    return marker is not None or "db" in fixtures


def undo(case: Case) -> Case:
    @functools.wraps(case)
    def undone(*args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            case(*args, **kwargs)
            transaction.set_rollback(True)

    undone.is_undone = True  # type: ignore[attr-defined]
    return undone
