"""The cache, for doors that somebody waits at: where it does not answer, nothing is remembered, and nobody is kept."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

from subscribers.broker import ask, find_patience


class JsonSerializer:
    """How values lie there. Never as a pickle, which whoever can write to the cache could let run code in our processes."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """What is no JSON was written by somebody else, or by a version that is gone: it is as if it were not there."""
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return None


class BriefCache(RedisCache):
    """Django's, with an end to waiting. Who adds a key (`add`) to be the only one goes on without it."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": find_patience(),
            "socket_connect_timeout": find_patience(),
            "retry": Retry(NoBackoff(), 0),
            "serializer": JsonSerializer,
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return ask(lambda: super(BriefCache, self).add(*args, **kwargs), otherwise=True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return ask(lambda: super(BriefCache, self).get(key, default, version), otherwise=default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        ask(lambda: super(BriefCache, self).set(*args, **kwargs), otherwise=None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return ask(lambda: super(BriefCache, self).touch(*args, **kwargs), otherwise=False)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return ask(lambda: super(BriefCache, self).delete(*args, **kwargs), otherwise=False)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return ask(lambda: super(BriefCache, self).has_key(*args, **kwargs), otherwise=False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return ask(lambda: super(BriefCache, self).get_many(keys, version), otherwise={})

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        return ask(lambda: super(BriefCache, self).set_many(data, *args, **kwargs), otherwise=list(data))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        ask(lambda: super(BriefCache, self).delete_many(*args, **kwargs), otherwise=None)
