"""A running push service for each test, and the application server that sends to it."""

from collections.abc import Iterator

import pytest

from pushservice.background import run_in_background
from tests.pushservice.sender import Sender


@pytest.fixture
def service() -> Iterator[str]:
    """The origin of a push service that has seen nothing yet."""
    with run_in_background(remember=5) as origin:
        yield origin


@pytest.fixture
def sender(service: str) -> Sender:
    return Sender(service)
