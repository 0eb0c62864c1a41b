"""A PostgreSQL data folder with a migrated database in it, made once and copied for each run of the tests.

Making one takes longer than many tests do. It lies in the user's cache folder, and is made anew when a migration, a
library or the server's settings change.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from config.servers import DATABASE_SETTINGS, start_postgres

TEMPLATE = "carillon_migrated"
ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carillon-tests"
KEPT = 4  # branches have different migrations
# Nobody needs what a test wrote once the machine has lost its power.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
}


def prepare_cluster(data: Path) -> None:
    """Make `data` a folder from which a server starts that has a database named TEMPLATE, migrated."""
    kept = CACHE / name_cluster()
    with _locked(CACHE):
        if kept.exists():
            os.utime(kept)
            _copy(kept, data)
        else:
            _make_cluster(data)
            _keep(data, kept)


def name_cluster() -> str:
    """A digest of all that decides what is in it."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    files = [*migrations, ROOT / "requirements-local.txt", ROOT / "config" / "servers.py", Path(__file__)]
    digest = hashlib.sha256(
        repr([os.environ.get(name) for name in ("LC_ALL", "LC_COLLATE", "LANG")]).encode()
    )
    for path in files:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _make_cluster(data: Path) -> None:
    server = start_postgres(data)
    try:
        for name, value in {**DATABASE_SETTINGS, **CARELESS}.items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        for database in ("carillon", TEMPLATE):
            server.psql(f"CREATE DATABASE {database}")
        info = server.get_postmaster_info()
        _migrate(f"postgresql://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/{TEMPLATE}")
    finally:
        server.cleanup()


def _migrate(url: str) -> None:
    surroundings = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "a key for tests alone",
        "BROKER_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, check=True, cwd=ROOT, env=surroundings)


def _keep(data: Path, kept: Path) -> None:
    half = kept.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    _copy(data, half)
    half.rename(kept)
    clusters = [path for path in CACHE.iterdir() if path.is_dir()]
    for path in sorted(clusters, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """With the owners of its files: a server started by root runs as somebody else."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two processes of a run make it once, one waiting for the other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
