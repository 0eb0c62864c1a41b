"""A PostgreSQL and a Valkey for this test run alone, started before Django reads its settings.

A plugin (`-p tests.servers`) rather than a fixture, because the settings read DATABASE_URL when they are imported.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from config.servers import start_servers

HOME = Path(tempfile.mkdtemp(prefix="carillon-tests-"))
os.environ["CARILLON_HOME"] = str(HOME)
os.environ["SECRET_KEY"] = "a key for tests alone"
os.environ["DEMO"] = "1"
HOME.chmod(0o755)

# With several processes, each has servers of its own: a cache that one empties is a queue that another waits for. The
# first process names what it started, and those that inherit its surroundings forget it.
STARTED = "TEST_SERVERS_STARTED"
for name in os.environ.pop(STARTED, "").split():
    os.environ.pop(name, None)
missing = [name for name in ("DATABASE_URL", "BROKER_URL") if not os.environ.get(name)]
_servers = start_servers(HOME)
os.environ.update(_servers.__enter__())
os.environ[STARTED] = " ".join(missing)


def pytest_unconfigure() -> None:
    _stop()


def _stop() -> None:
    if HOME.exists():
        _servers.__exit__(None, None, None)
        shutil.rmtree(HOME, ignore_errors=True)


# A run that breaks off while it loads its tests, or is told to end, stops its servers too.
atexit.register(_stop)
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
