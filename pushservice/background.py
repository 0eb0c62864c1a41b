"""A service inside a thread, for tests and load tests written without asyncio."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from pushservice.app import REMEMBER, create_app


@contextmanager
def run_in_background(
    *, port: int = 0, remember: int = REMEMBER, app: web.Application | None = None
) -> Iterator[str]:
    """Serve on `localhost` while the block runs, and yield the origin; port 0 takes any free one.

    `app` is from create_app, for whoever wants to script its answers and read its ledger from within the process.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="pushservice", daemon=True)
    thread.start()
    served = app if app is not None else create_app(remember=remember)
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=1)
    try:
        bound_port = asyncio.run_coroutine_threadsafe(_start(runner, port), loop).result(timeout=10)
        yield f"http://localhost:{bound_port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _start(runner: web.AppRunner, port: int) -> int:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    bound_port: int = runner.addresses[0][1]
    return bound_port
