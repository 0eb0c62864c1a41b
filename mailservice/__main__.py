"""`python -m mailservice --port 8002 --smtp-port 8003`: the inbox at http://localhost:8002, mail is taken at port 8003."""

import argparse
import asyncio
import contextlib

from mailservice.smtp import open_door
from mailservice.store import Store
from mailservice.web import serve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--smtp-port", type=int, default=8003)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options.host, options.port, options.smtp_port))


async def _run(host: str, port: int, smtp_port: int) -> None:
    store = Store()
    await open_door(store, host, smtp_port)
    await serve(store, host, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
