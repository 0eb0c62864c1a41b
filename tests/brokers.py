"""Brokers that are out of order, each in its own way."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from celery import current_app
from django.test import override_settings


@contextmanager
def listen(*, full: bool) -> Iterator[str]:
    """A server that takes connections and never answers; `full`: one that does not even take them."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0 if full else 128)
        for _ in range(4 if full else 0):  # from then on the system drops what comes
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@contextmanager
def refuse() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


BROKEN = {
    "silent": lambda: listen(full=False),
    "dropping": lambda: listen(full=True),
    "refusing": refuse,
}


@contextmanager
def use_broken_broker(kind: str) -> Iterator[None]:
    """Cache and queues as if the settings named a broker that is out of order."""
    before = current_app.conf.broker_url
    with BROKEN[kind]() as url:
        caches = {"default": {"BACKEND": "subscribers.caching.BriefCache", "LOCATION": url}}
        # Connections that were made to the one that is well would still be used.
        no_pools = (
            patch.object(current_app, "_pool", None),
            patch.object(current_app.amqp, "_producer_pool", None),
        )
        with (
            no_pools[0],
            no_pools[1],
            override_settings(CACHES=caches, BROKER_URL=url, CELERY_BROKER_URL=url, BROKER_PATIENCE_MS=250),
        ):
            current_app.conf.update(broker_url=url)
            try:
                yield
            finally:
                current_app.conf.update(broker_url=before)
