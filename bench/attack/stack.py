"""A whole Carillon to attack, started by the commands of `make run`; with a proxy in front, as far as addresses go."""

import json
import os
import shlex
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.run import BASE_DIR, list_commands, read_environment
from config.servers import start_servers

PROCESSES = ("web", "ingest", "segments")
PATIENCE = 300  # seconds to start in, however busy the machine is
SECONDS_TO_STOP = 30


@dataclass(frozen=True)
class Attacked:
    """Where it answers; two sites as (id, public key); a token of somebody who may look at everything."""

    url: str
    sites: list[tuple[int, str]]
    token: str


@contextmanager
def run_stack(home: Path, port: int) -> Iterator[Attacked]:
    # Attackers and honest visitors come from one machine here, so who they are is told as a trusted proxy tells it.
    ours = {
        "TRUSTED_PROXIES": "1",
        "DEMO": "0",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with ExitStack() as started:
        urls = started.enter_context(start_servers(home))
        environment = read_environment(port, home) | urls | ours
        (BASE_DIR / "staticfiles").mkdir(exist_ok=True)
        _run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], environment)
        for name, command in list_commands(port).items():
            if name in PROCESSES:
                started.enter_context(_process(shlex.split(command), environment, home / f"{name}.log"))
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/health/live")
        yield prepare(url, environment)


def prepare(url: str, environment: dict[str, str]) -> Attacked:
    told = _run([sys.executable, "-m", "bench.attack.preparing"], environment)
    found = json.loads(told.splitlines()[-1])
    return Attacked(url, [(pk, key) for pk, key in found["sites"]], found["token"])


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  # our own words
        command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def _process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own words
            command, cwd=BASE_DIR, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own address
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"{address} does not answer.")


def read_home() -> Path:
    """Data of its own, beside what `make run` keeps."""
    return Path(os.environ.get("CARILLON_HOME") or BASE_DIR / ".carillon").resolve() / "attack"
