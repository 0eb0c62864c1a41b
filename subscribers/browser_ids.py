"""What can be the id of a browser: a UUID that it has made. What stands for none would make one person of strangers."""

import uuid

# Nil, max, and what is left of a random one where the source of random numbers gave nothing: 0…0-4000-8000-0…0.
_MARKS = 0xF << 76 | 0xF << 60  # version and variant, which say nothing of the browser
_REST = (1 << 128) - 1 - _MARKS


def is_placeholder(value: uuid.UUID) -> bool:
    """Whether nobody made it for anything: all of it is zeros, or all ones, but for the marks of its kind."""
    return value.int & _REST in {0, _REST}
