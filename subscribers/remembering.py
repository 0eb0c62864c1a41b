"""What may be asked for again is kept in the cache as JSON, and counts only if it still has the shape that is declared here.

Nothing that lies in the cache is ever run: whoever can write there could otherwise give this process orders.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values of one shape: a type of which pydantic can tell what it looks like, such as a dataclass of plain values."""

    def __init__(self, shape: Any) -> None:
        self._shape: TypeAdapter[T] = TypeAdapter(shape)

    def recall(self, key: str) -> T | None:
        return self._read(cache.get(key))

    def recall_many(self, keys: Iterable[str]) -> dict[str, T]:
        """Those that are known."""
        found = {key: self._read(value) for key, value in cache.get_many(list(keys)).items()}
        return {key: value for key, value in found.items() if value is not None}

    def keep(self, key: str, value: T, seconds: float) -> None:
        cache.set(key, self._shape.dump_python(value, mode="json"), timeout=seconds)

    def _read(self, value: Any) -> T | None:
        if value is None:
            return None
        try:
            return self._shape.validate_python(value)
        except ValidationError:  # of another version, or somebody else's
            return None
