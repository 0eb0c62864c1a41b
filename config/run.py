"""`make run`: all of Carillon on one machine, in the foreground; ctrl-C stops everything it started."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from honcho.manager import Manager

from config.env import read_int, read_text
from config.servers import start_servers

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def main() -> int:
    port = read_int("PORT", 8000, minimum=1)
    busy = [str(number) for number in range(port, port + 4) if _is_taken(number)]
    if busy:
        _say(f"Port {' and '.join(busy)} is in use. Choose another: make run PORT=8100")
        return 1
    home = Path(read_text("CARILLON_HOME") or BASE_DIR / ".carillon").resolve()
    # A closed terminal is a stop like any other.
    signal.signal(signal.SIGHUP, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        with start_servers(home, say=_say) as urls:
            environment = read_environment(port, home) | urls
            _prepare(environment)
            return _serve(environment, port)
    except KeyboardInterrupt:
        _say("Stopped.")
        return 0


def read_environment(port: int, home: Path) -> dict[str, str]:
    """The surroundings of every process: ours, and what makes this machine serve a demo."""
    push = f"localhost:{port + 1},{HOST}:{port + 1}"
    # Celery warns root at length; on a machine for trying things out that is noise.
    quiet = "ignore:You're running the worker with superuser privileges"
    mail = f"smtp://{HOST}:{port + 3}"
    defaults = {"DEMO": "1", "PUSH_LOOPBACK_HOSTS": push, "EMAIL_URL": mail, "PYTHONWARNINGS": quiet}
    return (
        defaults | dict(os.environ) | {"PORT": str(port), "CARILLON_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    )


def _prepare(environment: dict[str, str]) -> None:
    (BASE_DIR / "staticfiles").mkdir(exist_ok=True)  # or WhiteNoise warns; here it finds them in the apps
    commands = [["migrate", "--verbosity", "0"]] + ([["load_demo"]] if environment["DEMO"] == "1" else [])
    for command in commands:
        _say(f"Running {command[0]}")
        line = [sys.executable, "manage.py", *command]
        subprocess.run(line, cwd=BASE_DIR, env=environment, check=True)  # noqa: S603  # our own words


def list_commands(port: int) -> dict[str, str]:
    """The processes that an operator would run apart, by name."""
    binaries = Path(sys.executable).parent
    celery = f"{binaries}/celery --quiet --app config"
    worker = f"{celery} worker --pool solo --loglevel WARNING --without-mingle --without-gossip"
    return {
        "web": f"{sys.executable} -m config.serving --host {HOST} --port {port}",
        "ingest": f"{worker} --hostname ingest@%h --queues ingest",
        "segments": f"{worker} --hostname segments@%h --queues segments",
        "planner": f"{worker} --hostname planner@%h --queues planning",
        "sender": f"{worker} --hostname sender@%h --queues delivery",
        "upkeep": f"{worker} --hostname upkeep@%h --queues upkeep",
        "beat": f"{celery} beat --loglevel WARNING",
        "push": f"{sys.executable} -m pushservice --host {HOST} --port {port + 1}",
        "mail": f"{sys.executable} -m mailservice --host {HOST} --port {port + 2} --smtp-port {port + 3}",
    }


def _serve(environment: dict[str, str], port: int) -> int:
    """Run them all until one ends or somebody presses ctrl-C."""
    manager = Manager()
    for name, command in list_commands(port).items():
        manager.add_process(name, command, env=environment, cwd=str(BASE_DIR))
    threading.Thread(target=_announce, args=(port, environment["DEMO"] == "1"), daemon=True).start()
    manager.loop()
    # Whoever pressed ctrl-C wanted just that: no error.
    return 0 if manager.returncode in {130, 143} else int(manager.returncode or 0)


def _announce(port: int, has_demo: bool) -> None:
    address = f"http://localhost:{port}"
    while not _answers(f"{address}/health/live"):
        time.sleep(0.3)
    lines = ["", "  Carillon is running. Ctrl-C stops it.", "", f"  Admin      {address}/admin/"]
    if has_demo:
        lines += [
            "             log in as  admin / carillon  or  marketer / carillon",
            f"  Demo shop  {address}/demo/",
        ]
    lines += [f"  Mail       http://localhost:{port + 2}/"]
    lines += [f"  API docs   {address}/api/v1/docs/", ""]
    _say("\n".join(lines))


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own address
            return True
    except (URLError, OSError):
        return False


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
