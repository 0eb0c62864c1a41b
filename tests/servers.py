"""A PostgreSQL and a Valkey for this test run alone, started before Django reads its settings.

A plugin (`-p tests.servers`) rather than a fixture, because the settings read DATABASE_URL when they are imported.
"""

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from config.servers import start_servers
from tests.clusters import TEMPLATE, prepare_cluster

HOME = Path(tempfile.mkdtemp(prefix="carillon-tests-"))
DISTRIBUTES = re.search(r" (-n|--numprocesses)[ =]?(?!0\b)\w", " ".join(["", *sys.argv[1:]]))
os.environ["CARILLON_HOME"] = str(HOME)
os.environ["SECRET_KEY"] = "a key for tests alone"
os.environ["DEMO"] = "1"
# Tests are quicker than any visitor. Those that are about limits set them.
for whose in ("ADDRESS", "SUBSCRIBER", "SITE", "API"):
    os.environ[f"LIMIT_{whose}_PER_SECOND"] = "0"
os.environ["BROKER_PATIENCE_MS"] = "5000"  # many things run at once here
HOME.chmod(0o755)

# Where the database is not one of somebody's own, that of the tests is a copy of this one.
TEMPLATE_DATABASE: str | None = None
# With several processes, each has servers of its own: a cache that one empties is a queue that another waits for. The
# one that only hands out the tests needs none.
_servers = ExitStack()
if "PYTEST_XDIST_WORKER" in os.environ or not DISTRIBUTES:
    if not os.environ.get("DATABASE_URL"):
        prepare_cluster(HOME / "postgres")
        TEMPLATE_DATABASE = TEMPLATE
    os.environ.update(_servers.enter_context(start_servers(HOME)))


def pytest_unconfigure() -> None:
    _stop()


def _stop() -> None:
    if HOME.exists():
        _servers.close()
        shutil.rmtree(HOME, ignore_errors=True)


# A run that breaks off while it loads its tests, or is told to end, stops its servers too.
atexit.register(_stop)
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
