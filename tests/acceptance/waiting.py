"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(look: Callable[[], T], what: str, *, timeout: float = 20) -> T:
    """What `look` sees, as soon as that is true; AssertionError if it never is within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {timeout:g} s in vain: {what}"
        time.sleep(0.1)
    return seen


def wait_for(expected: T, look: Callable[[], T], *, timeout: float = 20) -> None:
    """Wait until `look` sees just what is expected; AssertionError says what it saw instead."""
    deadline = time.monotonic() + timeout
    while (seen := look()) != expected:
        assert time.monotonic() < deadline, f"after {timeout:g} s: {seen!r} instead of {expected!r}"
        time.sleep(0.1)
