"""What `make run` starts once everything is installed: it answers, stops without a trace, and keeps its data."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from tests.acceptance.api import Api
from tests.acceptance.operating import make_admin
from tests.acceptance.stack import find_ports, start, wait_for_answer, wait_for_end
from tests.servers import HOME

PARTS = (
    "config.run",
    "postgres",
    "valkey-server",
    "config.serving",
    "worker",
    "beat",
    "pushservice",
    "mailservice",
)
PATIENCE = 20  # seconds to stop in


@dataclass(frozen=True)
class Home:
    """A CARILLON_HOME of its own; outside pytest's own directories, which PostgreSQL's account may not enter."""

    path: Path
    port: int

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            key: value
            for key, value in os.environ.items()
            if key not in {"DATABASE_URL", "BROKER_URL", "SECRET_KEY"}
        }
        return ours | {"CARILLON_HOME": str(self.path), "PORT": str(self.port), "DEMO": "0"}

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @contextmanager
    def run(self) -> Iterator[subprocess.Popen[bytes]]:
        """`make run` from the moment it answers."""
        log = self.path.with_suffix(".log")
        process = start([sys.executable, "-m", "config.run"], self.environment, log)
        try:
            wait_for_answer(f"{self.url}/health/ready")
            yield process
        finally:
            press_ctrl_c(process)
            print(log.read_text())  # which is read when the test fails

    def list_processes(self) -> list[str]:
        """The command lines of all living processes that work for this home."""
        return [line for process in psutil.process_iter() if (line := self._read_command(process))]

    def _read_command(self, process: psutil.Process) -> str:
        with suppress(psutil.Error):  # it has just ended, is a zombie, or somebody else's
            line = " ".join(process.cmdline())
            # Valkey overwrites its arguments and environment with its title; it works inside the home.
            traces = (line, process.environ().get("CARILLON_HOME", ""), process.cwd())
            return line if any(str(self.path) in trace for trace in traces) else ""
        return ""


def press_ctrl_c(process: subprocess.Popen[bytes]) -> int:
    """What a terminal does: SIGINT to the whole foreground group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    return wait_for_end(process, timeout=PATIENCE)


def test_it_answers_stops_without_a_trace_and_keeps_its_data() -> None:
    home = Home(HOME / "make-run", find_ports())
    with home.run() as process:
        for page in ("health/live", "health/ready", "admin/login/", "sdk/carillon.js"):
            wait_for_answer(f"{home.url}/{page}")
        assert requests.get(f"{home.url}/demo/", timeout=5).status_code == 404
        running = home.list_processes()
        assert [part for part in PARTS if not any(part in line for line in running)] == []
        # As in a second terminal: manage.py finds the servers that run.
        api = Api(home.url, make_admin(home.environment))
        make_site(api)
        assert press_ctrl_c(process) == 0
        assert home.list_processes() == []

    secret_key = (home.path / "secret_key").read_text()
    with home.run():
        assert [site["name"] for site in api.rows("sites/")] == ["A shop"]
    assert (home.path / "secret_key").read_text() == secret_key
    assert home.list_processes() == []


def make_site(api: Api) -> None:
    api.post(
        "sites/", {"name": "A shop", "url": "https://shop.example", "contact_email": "push@shop.example"}
    )
