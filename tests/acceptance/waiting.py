"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(look: Callable[[], T], what: str, *, timeout: float = 20) -> T:
    """What `look` sees, as soon as that is true; AssertionError if it never is within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {timeout:g} s in vain: {what}; last seen: {seen!r}"
        time.sleep(0.1)
    return seen
