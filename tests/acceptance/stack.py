"""All of Carillon, as `make run` starts it, on ports and a database of its own: for tests that meet it from outside."""

import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests

from config.run import BASE_DIR, HOST, list_commands, read_environment
from tests.acceptance.operating import manage
from tests.acceptance.waiting import wait_until

DATABASE = "carillon_acceptance"
FAST = {"DELIVERY_TICK_SECONDS": "1"}
PATIENCE = 120  # seconds, for all of it to start on a busy machine
TAIL = 4000  # characters of each log


@dataclass(frozen=True)
class Stack:
    """What runs: its addresses, and the surroundings and logs of its processes."""

    url: str
    push_url: str
    environment: dict[str, str]
    log_dir: Path

    def read_logs(self) -> dict[str, str]:
        """The end of what each process wrote, by its name."""
        return {log.stem: log.read_text(errors="replace")[-TAIL:] for log in sorted(self.log_dir.iterdir())}


@contextmanager
def run_stack(directory: Path) -> Iterator[Stack]:
    """Migrate an empty database and run every process on it while the block runs."""
    port = find_ports()
    with ExitStack() as started:
        urls = {"DATABASE_URL": started.enter_context(_database()), "BROKER_URL": _broker_url()}
        environment = read_environment(port, directory) | urls | FAST
        stack = Stack(f"http://localhost:{port}", f"http://localhost:{port + 1}", environment, directory)
        manage(environment, "migrate", "--verbosity", "0")
        started.enter_context(_processes(list_commands(port), environment, directory))
        wait_for_answer(f"{stack.url}/health/ready")
        wait_for_answer(f"{stack.push_url}/control/counts")
        yield stack


def wait_for_answer(address: str) -> None:
    """Wait until something listens there and answers 200."""
    wait_until(lambda: _answers(address), f"{address} answers", timeout=PATIENCE)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def find_ports() -> int:
    """A free port of which the next three are free too: for the push service, the mail service and its inbox."""
    while True:
        with ExitStack() as sockets, suppress(OSError, OverflowError):
            first = sockets.enter_context(socket.socket())
            first.bind((HOST, 0))
            port: int = first.getsockname()[1]
            for number in range(1, 4):
                sockets.enter_context(socket.socket()).bind((HOST, port + number))
            return port


@contextmanager
def _database() -> Iterator[str]:
    """A new database on the server that this test run started."""
    server = os.environ["DATABASE_URL"]
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    _execute(server, drop, f"CREATE DATABASE {DATABASE}")
    try:
        yield f"{server.rpartition('/')[0]}/{DATABASE}"
    finally:
        _execute(server, drop)


def _execute(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _broker_url() -> str:
    """The Valkey of this test run, another of its databases than the tests' own."""
    return f"{os.environ['BROKER_URL'].rpartition('/')[0]}/1"


@contextmanager
def _processes(commands: dict[str, str], environment: dict[str, str], log_dir: Path) -> Iterator[None]:
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for name, command in commands.items():
            processes.append(start(shlex.split(command), environment, log_dir / f"{name}.log"))
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            wait_for_end(process)


def start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A process that leads a group of its own and writes to `log`."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for_end(process: subprocess.Popen[bytes], *, timeout: float = 20) -> int:
    """Its exit code; after `timeout` seconds it is killed with all of its group."""
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()
